-- what:   The patches of a run as the engine sees them.
-- reads:  spatial_assessment, spatial_patch
-- writes: -
-- params: run_id
SELECT
    assessment.id AS assessment_id,
    patch.region_id,
    ST_AsBinary(patch.ground) AS wkb
FROM spatial_assessment AS assessment
INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
WHERE assessment.run_id = %(run_id)s
ORDER BY patch.ground, assessment.id
