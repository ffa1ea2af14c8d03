-- what:   The assessments of a run that are still to be judged, neighbours together (Hilbert).
-- reads:  spatial_assessment, spatial_patch
-- writes: -
-- params: run_id
SELECT
    assessment.id
FROM spatial_assessment AS assessment
INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
WHERE assessment.run_id = %(run_id)s AND assessment.label_class = ''
ORDER BY patch.ground, assessment.id
