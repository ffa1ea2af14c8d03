-- what:   Shapes of some zones of versions, thinned to what a map shows, for a look at them.
-- reads:  spatial_zone
-- writes: -
-- params: version_ids, most
SELECT
    zone.id,
    zone.source_row AS row,
    coalesce(nullif(zone.name, ''), nullif(zone.code, ''), zone.source_id) AS name,
    ST_AsGeoJSON(
        ST_Simplify(zone.geom, (ST_XMax(zone.geom) - ST_XMin(zone.geom)) / 500, true), 6
    ) AS shape
FROM spatial_zone AS zone
WHERE zone.version_id = any(%(version_ids)s::bigint[])
ORDER BY zone.id
LIMIT %(most)s
