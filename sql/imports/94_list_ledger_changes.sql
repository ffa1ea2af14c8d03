-- what:   Row by row what a staged ledger delivery would do: what is said before and after.
-- reads:  diff_zone, spatial_zone
-- writes: -
-- params: -
SELECT
    coalesce(later.change, earlier.change) AS change,
    coalesce(new_zone.source_id, old_zone.source_id) AS source_id,
    old_zone.attributes AS old_attributes,
    new_zone.attributes AS new_attributes,
    earlier.zone_id IS NOT NULL AND later.zone_id IS NOT NULL AND earlier.shape <> later.shape
        AS has_moved
FROM (SELECT * FROM diff_zone WHERE is_new) AS later
FULL JOIN (SELECT * FROM diff_zone WHERE NOT is_new) AS earlier
    ON later.source_id = earlier.source_id
LEFT JOIN spatial_zone AS new_zone ON later.zone_id = new_zone.id
LEFT JOIN spatial_zone AS old_zone ON earlier.zone_id = old_zone.id
ORDER BY 2
