-- what:   A decision speaks of an assessment of its own patch, one that was applied before, by the
--         rules that the batch is judged by.
-- reads:  spatial_determination, spatial_assessment, spatial_run, spatial_rulesetversion,
--         spatial_patch, spatial_batch
-- writes: -
-- params: -
SELECT
    fact.id AS determination_id,
    fact.patch_id,
    fact.assessment_id
FROM spatial_determination AS fact
INNER JOIN spatial_assessment AS assessment ON fact.assessment_id = assessment.id
INNER JOIN spatial_run AS run ON assessment.run_id = run.id
INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
INNER JOIN spatial_patch AS patch ON fact.patch_id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
WHERE
    assessment.patch_id <> fact.patch_id
    OR ruleset.name <> batch.ruleset
    OR assessment.applied_at IS NULL
    OR assessment.applied_at > fact.recorded_at
ORDER BY fact.id
