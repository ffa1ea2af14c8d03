-- what:   Fields of a layer that rules compare with the patch (supply.purpose …): the value of
--         the zones that the pieces lie in, if they agree and have one; else there is none, and
--         the test is unknown.
-- reads:  chunk_patch, chunk_piece, chunk_zone, spatial_rule, spatial_ruletest
-- writes: chunk_patch
-- params: -
UPDATE chunk_patch AS target
SET facts = target.facts || found.facts
FROM (
    SELECT agreed.assessment_id, jsonb_object_agg(agreed.fact, agreed.found) AS facts
    FROM (
        SELECT
            patch.assessment_id,
            asked.fact,
            min(zone.attributes ->> asked.field) AS found
        FROM chunk_patch AS patch
        INNER JOIN (
            SELECT DISTINCT
                rule.ruleset_id,
                operand.field AS fact,
                split_part(operand.field, '.', 2) AS layer_id,
                split_part(operand.field, '.', 3) AS field
            FROM spatial_ruletest AS test
            INNER JOIN spatial_rule AS rule ON test.rule_id = rule.id
            CROSS JOIN LATERAL (
                VALUES (test."left" ->> 'field'), (test."right" ->> 'field')
            ) AS operand (field)
            WHERE starts_with(operand.field, 'layer.')
        ) AS asked ON patch.ruleset_id = asked.ruleset_id
        INNER JOIN chunk_piece AS piece ON patch.assessment_id = piece.assessment_id
        CROSS JOIN LATERAL unnest(piece.zone_ids) AS member (zone_id)
        INNER JOIN chunk_zone AS zone
            ON member.zone_id = zone.zone_id AND asked.layer_id = zone.layer_id
        GROUP BY patch.assessment_id, asked.fact
        HAVING
            count(DISTINCT zone.attributes ->> asked.field) = 1
            AND count(*) = count(nullif(zone.attributes ->> asked.field, ''))
    ) AS agreed
    GROUP BY agreed.assessment_id
) AS found
WHERE target.assessment_id = found.assessment_id
