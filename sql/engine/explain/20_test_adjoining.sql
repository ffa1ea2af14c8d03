-- what:   For each rule that asks what the patch adjoins: the zones on or beside it and whether
--         they meet the notion.
-- reads:  chunk_patch, chunk_near, chunk_zone_answer, spatial_rule, spatial_ruleplace,
--         spatial_notion, spatial_notionleaf
-- writes: -
-- params: -
SELECT
    patch.assessment_id,
    rule.code AS rule,
    notion.code AS notion,
    notion.term,
    coalesce(
        jsonb_agg(DISTINCT found.zone_id) FILTER (WHERE found.answer), '[]'::jsonb
    ) AS yes_zones,
    coalesce(
        jsonb_agg(DISTINCT found.zone_id)
        FILTER (WHERE found.zone_id IS NOT NULL AND found.answer IS NULL), '[]'::jsonb
    ) AS unknown_zones
FROM chunk_patch AS patch
INNER JOIN spatial_rule AS rule
    ON patch.ruleset_id = rule.ruleset_id AND rule.action = 'conclude'
INNER JOIN spatial_ruleplace AS place
    ON rule.id = place.rule_id AND place.relation = 'adjoins'
INNER JOIN spatial_notion AS notion ON place.notion_id = notion.id
LEFT JOIN LATERAL (
    SELECT near_zone.zone_id, outcome.answer
    FROM chunk_near AS near_zone
    INNER JOIN chunk_zone_answer AS outcome
        ON
            near_zone.assessment_id = outcome.assessment_id
            AND near_zone.zone_id = outcome.zone_id
    INNER JOIN spatial_notionleaf AS leaf
        ON outcome.notion_id = leaf.leaf_id AND leaf.notion_id = notion.id
    INNER JOIN spatial_notion AS asked ON leaf.leaf_id = asked.id
    WHERE
        near_zone.assessment_id = patch.assessment_id
        AND near_zone.distance_m
        <= (patch.settings ->> 'adjoin_m')::double precision + asked.within_m
) AS found ON TRUE
GROUP BY patch.assessment_id, rule.code, rule.rank, notion.code, notion.term
ORDER BY patch.assessment_id, rule.rank, notion.code
