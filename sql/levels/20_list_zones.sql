-- what:   The zones of a version with their colour group, in the order in which they lie.
-- reads:  spatial_zone
-- writes: -
-- params: version_id, groups
SELECT
    zone.id,
    zone.source_id,
    coalesce(
        %(groups)s::jsonb ->> left(zone.attributes ->> 'code', 5),
        %(groups)s::jsonb ->> left(zone.attributes ->> 'code', 4),
        %(groups)s::jsonb ->> left(zone.attributes ->> 'code', 2),
        %(groups)s::jsonb ->> ''
    ) AS shade,
    ST_AsBinary(zone.geom) AS wkb
FROM spatial_zone AS zone
WHERE zone.version_id = %(version_id)s
ORDER BY zone.id
