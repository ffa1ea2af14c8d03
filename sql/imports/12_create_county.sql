-- what:   The counties' ground in small parts, to find which rows lie in which county.
-- reads:  import_target, spatial_region
-- writes: import_county
-- params: -
CREATE TEMPORARY TABLE import_county ON COMMIT DROP AS
SELECT
    target.region_id,
    part.geom
FROM import_target AS target
INNER JOIN spatial_region AS region ON target.region_id = region.id
CROSS JOIN LATERAL ST_Subdivide(region.geom, 128) AS part (geom)
WHERE region.geom IS NOT NULL
