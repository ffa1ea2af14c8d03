-- what:   How far from a patch each photo was taken, in metres of the county's Gauss plane; 0
--         within it.
-- reads:  spatial_patch, spatial_region, casework_evidence
-- writes: -
-- params: patch_id, evidence_ids
SELECT
    photo.id AS evidence_id,
    ST_Distance(
        ST_Transform(patch.geom, plane.srid), ST_Transform(photo.place, plane.srid)
    ) AS away_m
FROM spatial_patch AS patch
INNER JOIN spatial_region AS region ON patch.region_id = region.id
CROSS JOIN LATERAL (
    -- the SRID of the county's Gauss plane, as in spatial/crs.py
    SELECT (990200 + (region.central_meridian + 180) * 2)::integer AS srid
) AS plane
CROSS JOIN casework_evidence AS photo
WHERE patch.id = %(patch_id)s AND photo.id = ANY(%(evidence_ids)s::bigint[])
ORDER BY photo.id
