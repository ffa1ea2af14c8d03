-- what:   Every test of every notion on every zone under the patch, with both values.
-- reads:  chunk_patch, chunk_zone, chunk_zone_answer, spatial_notion, spatial_notiontest
-- writes: -
-- params: -
SELECT
    answer.zone_id,
    notion.code AS notion,
    answer.answer AS holds,
    answer.subject_gap,
    coalesce(
        jsonb_agg(
            jsonb_build_object(
                'text', test.text,
                'answer', test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    patch.facts, zone.attributes
                ),
                'left', operand_text(test."left", test.kind, patch.facts, zone.attributes),
                'right', CASE
                    WHEN test.op IN ('known', 'empty', 'in') THEN NULL
                    ELSE operand_text(test."right", test.kind, patch.facts, zone.attributes)
                END
            ) ORDER BY test.seq
        ) FILTER (WHERE test.id IS NOT NULL), '[]'::jsonb
    ) AS tests
FROM chunk_zone_answer AS answer
INNER JOIN chunk_patch AS patch ON answer.assessment_id = patch.assessment_id
INNER JOIN chunk_zone AS zone ON answer.zone_id = zone.zone_id
INNER JOIN spatial_notion AS notion ON answer.notion_id = notion.id
LEFT JOIN spatial_notiontest AS test ON notion.id = test.notion_id
GROUP BY answer.zone_id, notion.id, notion.code, answer.answer, answer.subject_gap
ORDER BY answer.zone_id, notion.code
