-- what:   No current assessment is unfinished, and none belongs to a run that did not finish.
-- reads:  spatial_assessment, spatial_run
-- writes: -
-- params: -
SELECT
    assessment.id AS assessment_id,
    run.id AS run_id,
    run.status
FROM spatial_assessment AS assessment
INNER JOIN spatial_run AS run ON assessment.run_id = run.id
WHERE
    assessment.is_current
    AND (assessment.label_class = '' OR run.status <> 'done' OR run.applied_at IS NULL)
ORDER BY assessment.id
