-- what:   The stored areas of a patch's pieces add up to the patch, to the cent.
-- reads:  spatial_assessment, spatial_piece
-- writes: -
-- params: -
SELECT
    assessment.id AS assessment_id,
    assessment.patch_id,
    assessment.area_m2,
    sum(piece.area_m2) AS pieces_m2
FROM spatial_assessment AS assessment
LEFT JOIN spatial_piece AS piece ON assessment.id = piece.assessment_id
WHERE assessment.label_class <> ''
GROUP BY assessment.id
HAVING coalesce(sum(piece.area_m2), 0) <> assessment.area_m2
ORDER BY assessment.id
