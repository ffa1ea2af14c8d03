-- what:   Zones whose bytes are in one version only get the print of their normal form: a ring may
--         begin elsewhere, or turn the other way. The others, nearly all, are spared that.
-- reads:  spatial_zone, diff_zone
-- writes: diff_zone
-- params: -
UPDATE diff_zone
SET shape = md5(ST_AsBinary(ST_Normalize(stored.geom)))::uuid
FROM spatial_zone AS stored
WHERE
    diff_zone.zone_id = stored.id
    AND diff_zone.shape IN (
        SELECT zone.shape
        FROM diff_zone AS zone
        GROUP BY zone.shape
        HAVING bool_and(zone.is_new) OR NOT bool_or(zone.is_new)
    )
