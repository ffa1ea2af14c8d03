-- what:   What rules compare and no delivery of the patch brings. Fields of a layer
--         (supply.purpose …): the value of the zones that the pieces lie in by more than
--         ignore_pieces.below_m2, if they agree and have one; else there is none, and the test is
--         unknown. Widths in m, in the county's
--         Gauss plane: mean = that of the rectangle with the patch's area and perimeter (exact
--         for a straight strip), max = the diameter of the largest circle inside; measured only
--         where a rule that asks for them fails by nothing else.
-- reads:  chunk_patch, chunk_piece, chunk_zone, spatial_notion, spatial_notiontest, spatial_rule,
--         spatial_ruletest
-- writes: chunk_patch
-- params: -
UPDATE chunk_patch AS target
SET facts = target.facts || found.facts
FROM (
    WITH operand AS MATERIALIZED (
        SELECT DISTINCT
            tested.ruleset_id, tested.rule_id, tested.test_id, side.operand ->> 'field' AS field
        FROM (
            SELECT
                rule.ruleset_id, rule.id AS rule_id, test.id AS test_id,
                test."left", test."right"
            FROM spatial_ruletest AS test
            INNER JOIN spatial_rule AS rule ON test.rule_id = rule.id
            UNION ALL
            SELECT notion.ruleset_id, NULL, NULL, test."left", test."right"
            FROM spatial_notiontest AS test
            INNER JOIN spatial_notion AS notion ON test.notion_id = notion.id
        ) AS tested
        CROSS JOIN LATERAL (
            VALUES
            (tested."left"), (tested."right"),
            (tested."left" -> 'divide_by'), (tested."right" -> 'divide_by')
        ) AS side (operand)
        WHERE
            tested.ruleset_id IN (SELECT patch.ruleset_id FROM chunk_patch AS patch)
            AND (
                starts_with(side.operand ->> 'field', 'layer.')
                OR side.operand ->> 'field' IN ('patch.mean_width_m', 'patch.max_width_m')
            )
    ),

    -- zones that the patch touches by more than a sliver
    touched AS MATERIALIZED (
        SELECT
            patch.assessment_id,
            patch.ruleset_id,
            zone.layer_id,
            zone.attributes
        FROM chunk_patch AS patch
        INNER JOIN chunk_piece AS piece ON patch.assessment_id = piece.assessment_id
        CROSS JOIN LATERAL unnest(piece.zone_ids) AS member (zone_id)
        INNER JOIN chunk_zone AS zone ON member.zone_id = zone.zone_id AND zone.within_m = 0
        WHERE
            zone.layer_id IN (
                SELECT split_part(operand.field, '.', 2)
                FROM operand
                WHERE starts_with(operand.field, 'layer.')
            )
        GROUP BY
            patch.assessment_id, patch.ruleset_id, patch.area_m2, patch.ignored_below_m2,
            zone.zone_id, zone.layer_id, zone.attributes
        HAVING
            sum(piece.exact_m2) >= least(
                greatest(patch.ignored_below_m2, 0.005),
                patch.area_m2 / 2
            )
    ),

    agreed AS (
        SELECT
            zone.assessment_id,
            asked.fact,
            min(zone.attributes ->> asked.field) AS found
        FROM touched AS zone
        INNER JOIN (
            SELECT DISTINCT
                operand.ruleset_id,
                operand.field AS fact,
                split_part(operand.field, '.', 2) AS layer_id,
                split_part(operand.field, '.', 3) AS field
            FROM operand
            WHERE starts_with(operand.field, 'layer.')
        ) AS asked ON zone.ruleset_id = asked.ruleset_id AND zone.layer_id = asked.layer_id
        GROUP BY zone.assessment_id, asked.fact
        HAVING
            count(DISTINCT zone.attributes ->> asked.field) = 1
            AND count(*) = count(nullif(zone.attributes ->> asked.field, ''))
    ),

    measured AS (
        SELECT
            patch.assessment_id,
            width_of(
                ST_Transform(patch.ground, patch.plane_srid), patch.exact_area_m2
            ) AS width
        FROM chunk_patch AS patch
        WHERE EXISTS (
            SELECT 1
            FROM operand
            WHERE
                operand.ruleset_id = patch.ruleset_id
                AND operand.field IN ('patch.mean_width_m', 'patch.max_width_m')
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_ruletest AS other
                    WHERE
                        other.rule_id = operand.rule_id
                        AND other.id NOT IN (
                            SELECT wide.test_id
                            FROM operand AS wide
                            WHERE wide.rule_id = operand.rule_id AND wide.test_id IS NOT NULL
                        )
                        AND test_answer(
                            other.op, other.kind, other.negate, other."left", other."right",
                            patch.facts, '{}'::jsonb
                        ) IS FALSE
                )
        )
    ),

    value AS (
        SELECT agreed.assessment_id, agreed.fact, to_jsonb(agreed.found) AS found
        FROM agreed
        UNION ALL
        SELECT measured.assessment_id, named.fact, named.found
        FROM measured
        CROSS JOIN LATERAL (
            VALUES
            ('patch.mean_width_m', to_jsonb((measured.width).mean_m)),
            ('patch.max_width_m', to_jsonb((measured.width).max_m))
        ) AS named (fact, found)
    )

    SELECT value.assessment_id, jsonb_object_agg(value.fact, value.found) AS facts
    FROM value
    GROUP BY value.assessment_id
) AS found
WHERE target.assessment_id = found.assessment_id
