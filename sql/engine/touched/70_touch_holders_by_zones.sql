-- what:   Patches whose sums over their user's ground count a zone that differs, wherever it lies:
--         entitled ground that may meet the entitling notion's tests with the patch's own dates,
--         and used ground. Only patches on which such sums were taken.
-- reads:  touched_zone, touched_patch, touched_pair, touched_reason, spatial_zone, spatial_notion,
--         spatial_notionleaf, spatial_notiontest, spatial_rulesetversion
-- writes: touched_reason
-- params: ruleset_id, until
INSERT INTO touched_reason (
    patch_id, kind, layer_id, county_id, was_id, now_id, zone_id, holder_id
)
SELECT DISTINCT
    patch.patch_id,
    'holder_zone',
    zone.layer_id,
    zone.county_id,
    zone.was_id,
    zone.now_id,
    zone.zone_id,
    zone.holder_id
FROM touched_zone AS zone
INNER JOIN spatial_zone AS told ON zone.zone_id = told.id
INNER JOIN touched_patch AS patch ON zone.holder_id = patch.subject_id
INNER JOIN spatial_rulesetversion AS ruleset ON ruleset.id = %(ruleset_id)s
CROSS JOIN LATERAL jsonb_each(coalesce(ruleset.settings -> 'groups', '{}'::jsonb)) AS grouped
WHERE
    patch.has_sums
    AND CASE
        WHEN zone.seen_from IS NULL
            THEN EXISTS (
                SELECT 1
                FROM touched_pair AS pair
                WHERE
                    pair.window_id = patch.window_id
                    AND pair.county_id = zone.county_id
                    AND pair.layer_id = zone.layer_id
                    AND pair.was_id IS NOT DISTINCT FROM zone.was_id
                    AND pair.now_id IS NOT DISTINCT FROM zone.now_id
            )
        ELSE
            (zone.seen_from <= patch.since AND coalesce(zone.seen_until > patch.since, TRUE))
            <> (zone.seen_from <= %(until)s AND coalesce(zone.seen_until > %(until)s, TRUE))
    END
    AND (
        grouped.value -> 'used' -> 'layers' ? zone.layer_id
        OR EXISTS (
            SELECT 1
            FROM spatial_notion AS entitling
            INNER JOIN spatial_notionleaf AS leaf ON entitling.id = leaf.notion_id
            INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
            WHERE
                entitling.ruleset_id = %(ruleset_id)s
                AND grouped.value -> 'entitled' ? entitling.code
                AND notion.layer_id = zone.layer_id
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_notiontest AS test
                    WHERE
                        test.notion_id = notion.id
                        AND test_answer(
                            test.op, test.kind, test.negate, test."left", test."right",
                            patch.facts, told.attributes
                        ) IS FALSE
                )
        )
    )
    -- a zone on or beside the patch itself is named already
    AND NOT EXISTS (
        SELECT 1
        FROM touched_reason AS hit
        WHERE hit.patch_id = patch.patch_id AND hit.zone_id = zone.zone_id
    )
