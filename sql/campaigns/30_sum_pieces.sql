-- what:   The ground of a batch's current assessments by patch, township, conclusion and class, and
--         whether it lies within these counties: a patch of theirs may reach beyond them.
-- reads:  spatial_patch, spatial_assessment, spatial_piece
-- writes: -
-- params: batch_id, county_ids
SELECT
    patch.id AS patch_id,
    piece.township_code,
    piece.conclusion AS code,
    piece.conclusion_class AS class,
    piece.county_id = ANY(%(county_ids)s) AS within,
    sum(piece.area_m2) AS area_m2
FROM spatial_patch AS patch
INNER JOIN spatial_assessment AS assessment
    ON assessment.patch_id = patch.id AND assessment.is_current
INNER JOIN spatial_piece AS piece ON piece.assessment_id = assessment.id
WHERE patch.batch_id = %(batch_id)s AND patch.region_id = ANY(%(county_ids)s)
GROUP BY patch.id, piece.township_code, piece.conclusion, piece.conclusion_class, within
ORDER BY patch.id, piece.township_code, piece.conclusion, piece.conclusion_class
