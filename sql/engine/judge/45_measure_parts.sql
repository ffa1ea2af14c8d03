-- what:   How much of each patch lies where a notion holds, for the notions that tests measure by
--         part(): m2, share of the patch, net m2. Ground where the notion is unknown makes each a
--         range.
-- reads:  chunk_patch, chunk_piece, chunk_piece_notion, spatial_notion, spatial_rule,
--         spatial_ruletest
-- writes: chunk_patch
-- params: -
UPDATE chunk_patch AS target
SET facts = target.facts || found.facts
FROM (
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT rule.ruleset_id, notion.id AS notion_id, notion.code
        FROM spatial_ruletest AS test
        INNER JOIN spatial_rule AS rule ON test.rule_id = rule.id
        CROSS JOIN LATERAL (
            VALUES
            (test."left"), (test."right"),
            (test."left" -> 'divide_by'), (test."right" -> 'divide_by')
        ) AS side (operand)
        INNER JOIN spatial_notion AS notion
            ON
                rule.ruleset_id = notion.ruleset_id
                AND split_part(side.operand ->> 'field', '.', 1) = 'part'
                AND split_part(side.operand ->> 'field', '.', 2) = notion.code
        WHERE rule.ruleset_id IN (SELECT patch.ruleset_id FROM chunk_patch AS patch)
    ),

    summed AS (
        SELECT
            patch.assessment_id,
            patch.area_m2,
            asked.code,
            coalesce(sum(piece.area_m2) FILTER (WHERE member.answer), 0) AS yes_m2,
            coalesce(sum(piece.area_m2) FILTER (WHERE member.seq IS NOT NULL), 0) AS most_m2,
            coalesce(
                sum(coalesce(member.net_m2, piece.area_m2))
                FILTER (WHERE member.answer AND NOT member.net_unknown), 0
            ) AS yes_net_m2,
            coalesce(
                sum(
                    CASE
                        WHEN member.net_unknown THEN piece.area_m2
                        ELSE coalesce(member.net_m2, piece.area_m2)
                    END
                ) FILTER (WHERE member.seq IS NOT NULL), 0
            ) AS most_net_m2
        FROM chunk_patch AS patch
        INNER JOIN asked ON patch.ruleset_id = asked.ruleset_id
        INNER JOIN chunk_piece AS piece ON patch.assessment_id = piece.assessment_id
        LEFT JOIN chunk_piece_notion AS member
            ON
                piece.assessment_id = member.assessment_id
                AND piece.seq = member.seq
                AND asked.notion_id = member.notion_id
        GROUP BY patch.assessment_id, patch.area_m2, asked.code
    )

    SELECT
        summed.assessment_id,
        jsonb_object_agg('part.' || summed.code || '.' || fact.name, fact.found) AS facts
    FROM summed
    CROSS JOIN LATERAL (
        VALUES
        ('m2', range_of(summed.yes_m2, summed.most_m2)),
        ('net_m2', range_of(summed.yes_net_m2, summed.most_net_m2)),
        (
            'share',
            range_of(
                round(summed.yes_m2 / summed.area_m2, 10),
                round(summed.most_m2 / summed.area_m2, 10)
            )
        )
    ) AS fact (name, found)
    GROUP BY summed.assessment_id
) AS found
WHERE target.assessment_id = found.assessment_id
