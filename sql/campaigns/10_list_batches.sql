-- what:   The batches of a ruleset with patches in these counties, the newest first: how many
--         patches, how many of them judged, by which runs, and the day as of which.
-- reads:  spatial_batch, spatial_patch, spatial_assessment, spatial_run
-- writes: -
-- params: ruleset, county_ids, unit_id
SELECT
    batch.id,
    batch.code,
    batch.title,
    batch.created_at,
    count(*) AS patch_count,
    count(assessment.id) AS judged_count,
    coalesce(
        array_agg(DISTINCT assessment.run_id) FILTER (WHERE assessment.id IS NOT NULL), '{}'
    ) AS run_ids,
    max(run.as_of) AS as_of
FROM spatial_batch AS batch
INNER JOIN spatial_patch AS patch ON patch.batch_id = batch.id
LEFT JOIN spatial_assessment AS assessment
    ON assessment.patch_id = patch.id AND assessment.is_current
LEFT JOIN spatial_run AS run ON assessment.run_id = run.id
WHERE
    batch.ruleset = %(ruleset)s
    AND patch.region_id = ANY(%(county_ids)s)
    AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s)
GROUP BY batch.id
ORDER BY batch.created_at DESC, batch.id DESC
