-- what:   Every test of every notion on every zone on or beside the patch, with both values; zones
--         that were widened under their own id.
-- reads:  chunk_patch, chunk_zone, chunk_zone_answer, spatial_zone, spatial_notion,
--         spatial_notiontest
-- writes: -
-- params: -
WITH answered AS (
    SELECT DISTINCT ON (answer.assessment_id, source.zone_id, answer.notion_id)
        answer.assessment_id,
        source.zone_id,
        answer.notion_id,
        answer.answer,
        answer.subject_gap,
        answer.why
    FROM chunk_zone_answer AS answer
    LEFT JOIN chunk_zone AS zone ON answer.zone_id = zone.zone_id
    CROSS JOIN LATERAL (SELECT coalesce(zone.source_id, answer.zone_id) AS zone_id) AS source
    ORDER BY answer.assessment_id, source.zone_id, answer.notion_id, answer.zone_id DESC
)

SELECT
    answered.assessment_id,
    answered.zone_id,
    zone.version_id,
    notion.code AS notion,
    answered.answer AS holds,
    answered.subject_gap,
    answered.why,
    coalesce(
        jsonb_agg(
            jsonb_build_object(
                'text', test.text,
                'op', test.op,
                'kind', test.kind,
                'negate', test.negate,
                'field', test."left" ->> 'field',
                'answer', test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    patch.facts, zone.attributes
                ),
                'left', operand_text(test."left", test.kind, patch.facts, zone.attributes),
                'left_to', operand_text_to(
                    test."left", test.kind, patch.facts, zone.attributes
                ),
                'right', CASE
                    WHEN test.op NOT IN ('known', 'empty', 'in')
                        THEN operand_text(test."right", test.kind, patch.facts, zone.attributes)
                END,
                'right_to', CASE
                    WHEN test.op NOT IN ('known', 'empty', 'in')
                        THEN
                            operand_text_to(
                                test."right", test.kind, patch.facts, zone.attributes
                            )
                END
            ) ORDER BY test.seq
        ) FILTER (WHERE test.id IS NOT NULL), '[]'::jsonb
    ) AS tests
FROM answered
INNER JOIN chunk_patch AS patch ON answered.assessment_id = patch.assessment_id
INNER JOIN spatial_zone AS zone ON answered.zone_id = zone.id
INNER JOIN spatial_notion AS notion ON answered.notion_id = notion.id
LEFT JOIN spatial_notiontest AS test ON notion.id = test.notion_id
GROUP BY
    answered.assessment_id, answered.zone_id, zone.version_id, notion.id, notion.code,
    answered.answer, answered.subject_gap, answered.why
ORDER BY answered.assessment_id, answered.zone_id, notion.code
