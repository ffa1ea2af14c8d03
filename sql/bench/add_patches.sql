-- what:   The generated patches as those of a batch, measured in their county's plane.
-- reads:  bench_patch, spatial_region
-- writes: spatial_patch
-- params: batch_id, created_at
INSERT INTO spatial_patch (
    batch_id, region_id, jcbh, kind, before_on, before_on_last, after_on_first, after_on,
    area_m2, holder_id, attributes, delivered, delivered_crs, created_at, geom, ground
)
WITH seen AS MATERIALIZED (
    SELECT
        made.row_no,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        engine_ground(
            made.geom, (990200 + (region.central_meridian + 180) * 2)::integer
        ) AS ground
    FROM bench_patch AS made
    INNER JOIN spatial_region AS region ON made.region_id = region.id
)

SELECT
    %(batch_id)s,
    made.region_id,
    made.jcbh,
    made.kind,
    made.before_on,
    made.before_on,
    made.after_on,
    made.after_on,
    round(area_m2(seen.ground)::numeric, 2),
    made.holder_id,
    jsonb_build_object('kind', made.kind),
    '{}'::jsonb,
    '',
    %(created_at)s,
    made.geom,
    seen.ground
FROM bench_patch AS made
INNER JOIN seen ON made.row_no = seen.row_no
ORDER BY made.row_no
