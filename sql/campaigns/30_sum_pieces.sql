-- what:   The ground of a batch's current assessments by patch, township, conclusion and class.
-- reads:  spatial_patch, spatial_assessment, spatial_piece
-- writes: -
-- params: batch_id, county_ids
SELECT
    patch.id AS patch_id,
    piece.township_code,
    piece.conclusion AS code,
    piece.conclusion_class AS class,
    sum(piece.area_m2) AS area_m2
FROM spatial_patch AS patch
INNER JOIN spatial_assessment AS assessment
    ON assessment.patch_id = patch.id AND assessment.is_current
INNER JOIN spatial_piece AS piece ON piece.assessment_id = assessment.id
WHERE patch.batch_id = %(batch_id)s AND patch.region_id = ANY(%(county_ids)s)
GROUP BY patch.id, piece.township_code, piece.conclusion, piece.conclusion_class
ORDER BY patch.id, piece.township_code, piece.conclusion, piece.conclusion_class
