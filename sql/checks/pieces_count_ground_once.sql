-- what:   The pieces of a current assessment do not overlap: their union measures their sum.
-- reads:  spatial_assessment, spatial_piece
-- writes: -
-- params: -
SELECT
    assessment.id AS assessment_id,
    sum(area_m2(piece.ground)) AS sum_m2,
    area_m2(ST_Union(piece.ground)) AS union_m2
FROM spatial_assessment AS assessment
INNER JOIN spatial_piece AS piece ON assessment.id = piece.assessment_id
WHERE assessment.is_current
GROUP BY assessment.id
HAVING abs(sum(area_m2(piece.ground)) - area_m2(ST_Union(piece.ground))) > 0.01
ORDER BY assessment.id
