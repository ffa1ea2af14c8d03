-- what:   Patches on which the ground of a comparison lies, as far as it was kept.
-- reads:  imports_diffpiece, spatial_patch
-- writes: -
-- params: diff_id
SELECT DISTINCT patch.id
FROM imports_diffpiece AS piece
INNER JOIN spatial_patch AS patch
    ON piece.geom && patch.geom AND ST_Intersects(piece.geom, patch.geom)
WHERE piece.diff_id = %(diff_id)s
ORDER BY patch.id
