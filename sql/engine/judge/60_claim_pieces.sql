-- what:   Which rules could claim each piece: true, or null where something is unknown.
-- reads:  chunk_piece, chunk_rule, chunk_piece_notion, spatial_ruleplace, spatial_notion
-- writes: chunk_claim
-- params: -
CREATE TEMPORARY TABLE chunk_claim ON COMMIT DROP AS
SELECT
    claimed.assessment_id,
    claimed.seq,
    claimed.rule_id,
    claimed.rank,
    claimed.code,
    claimed.rule_class,
    claimed.answer,
    claimed.answer IS NULL AND claimed.subject_gap AS subject_gap,
    claimed.missing
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
        rule.answer, rule.subject_gap, rule.missing
) AS claimed
WHERE claimed.answer IS NOT FALSE
