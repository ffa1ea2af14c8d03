-- what:   One conclusion per piece: the first rule that claims it. An unknown before it makes the
--         piece unknown, naming that rule and what is missing; unless only the user of the ground
--         is unknown and all that could claim share one class.
-- reads:  chunk_piece, chunk_rule, chunk_piece_notion, spatial_ruleplace, spatial_notion
-- writes: chunk_verdict
-- params: -
CREATE TEMPORARY TABLE chunk_verdict ON COMMIT DROP AS
-- which rules could claim each piece: true, or null where something is unknown
WITH claim AS MATERIALIZED (
    SELECT
        claimed.assessment_id,
        claimed.seq,
        claimed.rule_id,
        claimed.rank,
        claimed.code,
        claimed.rule_class,
        claimed.answer,
        claimed.answer IS NULL AND claimed.subject_gap AS subject_gap,
        claimed.missing,
        claimed.why
    FROM (
        SELECT
            piece.assessment_id,
            piece.seq,
            rule.rule_id,
            rule.rank,
            rule.code,
            rule.rule_class,
            all_hold(
                count(*) FILTER (
                    WHERE
                    (place.relation = 'inside' AND member.seq IS NULL)
                    OR (place.relation = 'outside' AND member.answer)
                ),
                count(*) FILTER (WHERE member.seq IS NOT NULL AND member.answer IS NULL)
                + CASE WHEN rule.answer IS NULL THEN 1 ELSE 0 END
            ) AS answer,
            coalesce(rule.answer OR rule.subject_gap, FALSE)
            AND coalesce(
                bool_and(member.subject_gap)
                FILTER (WHERE member.seq IS NOT NULL AND member.answer IS NULL), TRUE
            ) AS subject_gap,
            rule.why || coalesce(
                jsonb_path_query_array(
                    jsonb_agg(member.why ORDER BY notion.term)
                    FILTER (WHERE member.seq IS NOT NULL AND member.answer IS NULL), '$[*][*]'
                ), '[]'::jsonb
            ) AS why,
            rule.missing || coalesce(
                jsonb_agg(notion.term ORDER BY notion.term)
                FILTER (WHERE member.seq IS NOT NULL AND member.answer IS NULL), '[]'::jsonb
            ) AS missing
        FROM chunk_piece AS piece
        INNER JOIN chunk_rule AS rule
            ON piece.assessment_id = rule.assessment_id AND rule.answer IS NOT FALSE
        LEFT JOIN spatial_ruleplace AS place
            ON rule.rule_id = place.rule_id AND place.relation IN ('inside', 'outside')
        LEFT JOIN spatial_notion AS notion ON place.notion_id = notion.id
        LEFT JOIN chunk_piece_notion AS member
            ON
                piece.assessment_id = member.assessment_id
                AND piece.seq = member.seq
                AND place.notion_id = member.notion_id
        GROUP BY
            piece.assessment_id, piece.seq, rule.rule_id, rule.rank, rule.code, rule.rule_class,
            rule.answer, rule.subject_gap, rule.missing, rule.why
    ) AS claimed
    WHERE claimed.answer IS NOT FALSE
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
