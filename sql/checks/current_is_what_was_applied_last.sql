-- what:   Of the assessments of a patch that were applied the last one is the current one, and
--         each was applied when its run was: so what counted on a past day can be read.
-- reads:  spatial_assessment, spatial_run
-- writes: -
-- params: -
SELECT
    ranked.id AS assessment_id,
    ranked.patch_id,
    ranked.is_current,
    ranked.applied_at
FROM (
    SELECT
        assessment.id,
        assessment.patch_id,
        assessment.is_current,
        assessment.applied_at,
        run.applied_at AS run_applied_at,
        row_number() OVER (
            PARTITION BY assessment.patch_id
            ORDER BY assessment.applied_at DESC NULLS LAST, assessment.id DESC
        ) AS place
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
) AS ranked
WHERE
    ranked.is_current <> (ranked.place = 1 AND ranked.applied_at IS NOT NULL)
    OR ranked.applied_at IS DISTINCT FROM ranked.run_applied_at
ORDER BY ranked.id
