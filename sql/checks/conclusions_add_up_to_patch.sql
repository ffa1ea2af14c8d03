-- what:   The areas by conclusion add up to the patch.
-- reads:  spatial_assessment, spatial_assessmentconclusion
-- writes: -
-- params: -
SELECT
    assessment.id AS assessment_id,
    assessment.area_m2,
    sum(conclusion.area_m2) AS conclusions_m2
FROM spatial_assessment AS assessment
LEFT JOIN spatial_assessmentconclusion AS conclusion ON assessment.id = conclusion.assessment_id
WHERE assessment.label_class <> ''
GROUP BY assessment.id
HAVING coalesce(sum(conclusion.area_m2), 0) <> assessment.area_m2
ORDER BY assessment.id
