-- what:   One conclusion per piece: the first rule that claims it. An unknown before it makes the
--         piece unknown, naming that rule and what is missing; unless only the user of the ground
--         is unknown and all that could claim share one class.
-- reads:  chunk_piece, chunk_rule, chunk_piece_notion, spatial_rule, spatial_ruleplace,
--         spatial_notion
-- writes: chunk_verdict
-- params: -
CREATE TEMPORARY TABLE chunk_verdict ON COMMIT DROP AS
-- what of a rule's places holds on a piece, from the notions that hold there: most do not
WITH matched AS MATERIALIZED (
    SELECT
        member.assessment_id,
        member.seq,
        place.rule_id,
        count(*) FILTER (WHERE place.relation = 'inside') AS inside_count,
        count(*) FILTER (WHERE place.relation = 'outside' AND member.answer) AS outside_count,
        bool_and(member.subject_gap) FILTER (WHERE member.answer IS NULL) AS subject_gap,
        jsonb_path_query_array(
            jsonb_agg(member.why ORDER BY notion.term) FILTER (WHERE member.answer IS NULL),
            '$[*][*]'
        ) AS why,
        jsonb_agg(notion.term ORDER BY notion.term) FILTER (WHERE member.answer IS NULL)
            AS missing
    FROM chunk_piece_notion AS member
    INNER JOIN spatial_ruleplace AS place
        ON member.notion_id = place.notion_id AND place.relation IN ('inside', 'outside')
    INNER JOIN spatial_rule AS rule ON place.rule_id = rule.id AND rule.action = 'conclude'
    INNER JOIN spatial_notion AS notion ON place.notion_id = notion.id
    GROUP BY member.assessment_id, member.seq, place.rule_id
),

placed AS MATERIALIZED (
    SELECT place.rule_id, count(*) AS inside_count
    FROM spatial_ruleplace AS place
    WHERE place.relation = 'inside'
    GROUP BY place.rule_id
),

-- which rules could claim each piece: true, or null where something is unknown
claim AS MATERIALIZED (
    SELECT
        piece.assessment_id,
        piece.seq,
        rule.rule_id,
        rule.rank,
        rule.code,
        rule.rule_class,
        CASE WHEN rule.answer AND matched.missing IS NULL THEN TRUE END AS answer,
        (rule.answer IS NULL OR matched.missing IS NOT NULL)
        AND coalesce(rule.answer OR rule.subject_gap, FALSE)
        AND coalesce(matched.subject_gap, TRUE) AS subject_gap,
        rule.missing || coalesce(matched.missing, '[]'::jsonb) AS missing,
        rule.why || coalesce(matched.why, '[]'::jsonb) AS why
    FROM chunk_piece AS piece
    INNER JOIN chunk_rule AS rule
        ON piece.assessment_id = rule.assessment_id AND rule.answer IS NOT FALSE
    LEFT JOIN placed ON rule.rule_id = placed.rule_id
    LEFT JOIN matched
        ON
            piece.assessment_id = matched.assessment_id
            AND piece.seq = matched.seq
            AND rule.rule_id = matched.rule_id
    WHERE
        coalesce(matched.inside_count, 0) = coalesce(placed.inside_count, 0)
        AND coalesce(matched.outside_count, 0) = 0
),

first_yes AS (
    SELECT DISTINCT ON (claim.assessment_id, claim.seq)
        claim.assessment_id, claim.seq, claim.rank, claim.code, claim.rule_class
    FROM claim
    WHERE claim.answer
    ORDER BY claim.assessment_id, claim.seq, claim.rank
),

blocked AS (
    SELECT
        claim.assessment_id,
        claim.seq,
        bool_and(claim.subject_gap) AND bool_and(claim.rule_class = first_yes.rule_class)
            AS harmless,
        (array_agg(claim.code ORDER BY claim.rank))[1] AS code,
        (array_agg(claim.missing ORDER BY claim.rank))[1] AS missing,
        (array_agg(claim.why ORDER BY claim.rank))[1] AS why
    FROM claim
    LEFT JOIN first_yes
        ON claim.assessment_id = first_yes.assessment_id AND claim.seq = first_yes.seq
    WHERE claim.answer IS NULL AND (first_yes.rank IS NULL OR claim.rank < first_yes.rank)
    GROUP BY claim.assessment_id, claim.seq
)

SELECT
    piece.assessment_id,
    piece.seq,
    CASE
        WHEN blocked.code IS NULL OR blocked.harmless THEN first_yes.code
        ELSE blocked.code
    END AS code,
    CASE
        WHEN blocked.code IS NULL OR blocked.harmless THEN first_yes.rule_class
        ELSE 'unknown'
    END AS conclusion_class,
    CASE
        WHEN blocked.code IS NULL THEN '{}'::jsonb
        WHEN blocked.harmless THEN '{"subject_unknown": true}'::jsonb
        ELSE jsonb_build_object('missing', blocked.missing, 'why', blocked.why)
    END AS reason,
    FALSE AS sliver
FROM chunk_piece AS piece
LEFT JOIN first_yes ON piece.assessment_id = first_yes.assessment_id AND piece.seq = first_yes.seq
LEFT JOIN blocked ON piece.assessment_id = blocked.assessment_id AND piece.seq = blocked.seq
