-- what:   The measured areas of a patch's pieces add up to the measured patch, to 0.01 m2.
-- reads:  spatial_assessment, spatial_piece
-- writes: -
-- params: -
SELECT
    assessment.id AS assessment_id,
    assessment.patch_id,
    assessment.exact_area_m2,
    sum(piece.exact_area_m2) AS pieces_m2
FROM spatial_assessment AS assessment
LEFT JOIN spatial_piece AS piece ON assessment.id = piece.assessment_id
WHERE assessment.label_class <> ''
GROUP BY assessment.id
HAVING abs(coalesce(sum(piece.exact_area_m2), 0) - assessment.exact_area_m2) > 0.01
ORDER BY assessment.id
