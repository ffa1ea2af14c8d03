-- what:   The patches of a batch in these counties with what their current assessment says of each:
--         label, user of the ground, group sums and marks; without one, they are not judged yet.
-- reads:  spatial_patch, spatial_region, spatial_holder, spatial_assessment, spatial_run,
--         spatial_assessmentmark, spatial_deskrow
-- writes: -
-- params: batch_id, county_ids
SELECT
    patch.id,
    patch.jcbh,
    patch.area_m2,
    patch.attributes,
    region.code AS county_code,
    region.name AS county_name,
    assessment.id AS assessment_id,
    assessment.run_id,
    run.ruleset_id,
    assessment.label_class,
    assessment.label_code,
    assessment.label_term,
    assessment.gaps,
    coalesce(assessment.subject_id, patch.holder_id) AS holder_id,
    holder.name AS holder_name,
    desk.status,
    marks.told AS marks,
    (
        SELECT jsonb_object_agg(substr(fact.key, 7), fact.value)
        FROM jsonb_each(assessment.facts) AS fact
        WHERE starts_with(fact.key, 'group.')
    ) AS groups
FROM spatial_patch AS patch
INNER JOIN spatial_region AS region ON patch.region_id = region.id
LEFT JOIN spatial_assessment AS assessment
    ON assessment.patch_id = patch.id AND assessment.is_current
LEFT JOIN spatial_run AS run ON assessment.run_id = run.id
LEFT JOIN spatial_holder AS holder
    ON holder.id = coalesce(assessment.subject_id, patch.holder_id)
LEFT JOIN spatial_deskrow AS desk ON desk.patch_id = patch.id
LEFT JOIN LATERAL (
    SELECT
        jsonb_object_agg(
            mark.code, jsonb_build_object('area_m2', mark.area_m2, 'answer', mark.answer)
        ) AS told
    FROM spatial_assessmentmark AS mark
    WHERE mark.assessment_id = assessment.id
) AS marks ON TRUE
WHERE patch.batch_id = %(batch_id)s AND patch.region_id = ANY(%(county_ids)s)
ORDER BY region.code, patch.jcbh, patch.id
