-- what:   The outline of a site in a Gauss plane.
-- reads:  spatial_patch
-- writes: -
-- params: patch_id, plane_srid
SELECT ST_AsBinary(ST_Transform(patch.ground, %(plane_srid)s)) AS plane
FROM spatial_patch AS patch
WHERE patch.id = %(patch_id)s
