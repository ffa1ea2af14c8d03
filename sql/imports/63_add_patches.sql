-- what:   New rows as patches of the batch, measured in their county's plane.
-- reads:  import_row, import_place, import_target
-- writes: spatial_patch
-- params: batch_id, delivered_crs
INSERT INTO spatial_patch (
    batch_id, region_id, jcbh, kind, before_on, before_on_last, after_on_first, after_on,
    declared_area_m2, area_m2, holder_id, project_id, attributes, delivered, source_row,
    delivered_crs, created_at, geom, ground
)
WITH seen AS MATERIALIZED (
    SELECT
        found.row,
        place.region_id,
        engine_ground(found.geom, target.plane_srid) AS ground
    FROM import_row AS found
    INNER JOIN import_place AS place ON found.row = place.row
    INNER JOIN import_target AS target ON place.region_id = target.region_id
)

SELECT
    %(batch_id)s,
    seen.region_id,
    found.attributes ->> 'jcbh',
    coalesce(found.attributes ->> 'kind', ''),
    (found.spans -> 'before_on' ->> 0)::date,
    (found.spans -> 'before_on' ->> 1)::date,
    (found.spans -> 'after_on' ->> 0)::date,
    (found.spans -> 'after_on' ->> 1)::date,
    found.declared_area_m2,
    round(area_m2(seen.ground)::numeric, 2),
    found.holder_id,
    found.project_id,
    found.attributes,
    found.delivered,
    found.row,
    coalesce(found.delivered_crs, %(delivered_crs)s),
    clock_timestamp(),
    ST_Multi(found.geom),
    seen.ground
FROM import_row AS found
INNER JOIN seen ON found.row = seen.row
WHERE NOT EXISTS (
    SELECT 1 FROM spatial_patch AS patch
    WHERE
        patch.batch_id = %(batch_id)s
        AND patch.region_id = seen.region_id
        AND patch.jcbh = found.attributes ->> 'jcbh'
)
ORDER BY found.row
RETURNING id
