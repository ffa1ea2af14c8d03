-- what:   What a run found otherwise than the assessment that it took the place of (or would take):
--         patches whose user, label or areas by conclusion differ.
-- reads:  spatial_assessment, spatial_run, spatial_patch, spatial_region, spatial_batch,
--         spatial_holder, spatial_assessmentconclusion
-- writes: -
-- params: run_id
SELECT
    patch.id AS patch_id,
    patch.region_id,
    batch.code || '/' || region.code || '/' || patch.jcbh AS address,
    patch.area_m2,
    older.id AS before_id,
    newer.id AS after_id,
    coalesce(older.label_term, '') AS before_term,
    newer.label_term AS after_term,
    coalesce(older_subject.name, '') AS before_subject,
    coalesce(newer_subject.name, '') AS after_subject,
    changed.moved_m2
FROM spatial_assessment AS newer
INNER JOIN spatial_run AS run ON newer.run_id = run.id
INNER JOIN spatial_patch AS patch ON newer.patch_id = patch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
LEFT JOIN LATERAL (
    SELECT was.id, was.label_term, was.label_class, was.label_code, was.subject_id
    FROM spatial_assessment AS was
    WHERE
        was.patch_id = newer.patch_id
        AND was.run_id <> newer.run_id
        AND was.applied_at IS NOT NULL
        AND (run.applied_at IS NULL OR was.applied_at < run.applied_at)
    ORDER BY was.applied_at DESC, was.id DESC
    LIMIT 1
) AS older ON TRUE
LEFT JOIN spatial_holder AS older_subject ON older.subject_id = older_subject.id
LEFT JOIN spatial_holder AS newer_subject ON newer.subject_id = newer_subject.id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(coalesce(here.area_m2, 0) - coalesce(there.area_m2, 0), 0)), 0)
        AS moved_m2
    FROM (
        SELECT found.code, found.conclusion_class, found.area_m2
        FROM spatial_assessmentconclusion AS found
        WHERE found.assessment_id = newer.id
    ) AS here
    FULL JOIN (
        SELECT was.code, was.conclusion_class, was.area_m2
        FROM spatial_assessmentconclusion AS was
        WHERE was.assessment_id = older.id
    ) AS there ON here.code = there.code AND here.conclusion_class = there.conclusion_class
) AS changed
WHERE
    newer.run_id = %(run_id)s
    AND (
        older.id IS NULL
        OR changed.moved_m2 > 0
        OR (older.label_class, older.label_code) <> (newer.label_class, newer.label_code)
        OR older.subject_id IS DISTINCT FROM newer.subject_id
    )
ORDER BY region.code, batch.code, patch.jcbh
