-- what:   The counties that the delivery may go to, each with its plane.
-- reads:  spatial_region
-- writes: import_target
-- params: region_ids
CREATE TEMPORARY TABLE import_target ON COMMIT DROP AS
SELECT
    region.id AS region_id,
    region.code,
    990200 + ((region.central_meridian + 180) * 2)::integer AS plane_srid,
    NULL::bigint AS version_id
FROM spatial_region AS region
WHERE region.id = ANY(%(region_ids)s::bigint[])
