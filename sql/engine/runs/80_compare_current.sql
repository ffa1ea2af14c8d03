-- what:   What applying a run would change: per county, the labels before and after.
-- reads:  spatial_assessment, spatial_patch, spatial_region, spatial_batch,
--         spatial_assessmentconclusion, spatial_assessmentmark
-- writes: -
-- params: run_id
SELECT
    region.code AS county,
    region.name AS county_name,
    batch.code || '/' || region.code || '/' || patch.jcbh AS address,
    older.label_term AS before_term,
    older.label_class AS before_class,
    newer.label_term AS after_term,
    newer.label_class AS after_class,
    patch.area_m2
FROM spatial_assessment AS newer
INNER JOIN spatial_patch AS patch ON newer.patch_id = patch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
LEFT JOIN spatial_assessment AS older ON patch.id = older.patch_id AND older.is_current
WHERE
    newer.run_id = %(run_id)s
    AND (
        older.id IS NULL
        OR (older.label_class, older.label_code) <> (newer.label_class, newer.label_code)
        OR EXISTS (
            SELECT 1
            FROM (
                SELECT found.code, found.conclusion_class, found.area_m2
                FROM spatial_assessmentconclusion AS found
                WHERE found.assessment_id = newer.id
            ) AS now_found
            FULL JOIN (
                SELECT was.code, was.conclusion_class, was.area_m2
                FROM spatial_assessmentconclusion AS was
                WHERE was.assessment_id = older.id
            ) AS was_found
                ON
                    now_found.code = was_found.code
                    AND now_found.conclusion_class = was_found.conclusion_class
            WHERE now_found.area_m2 IS DISTINCT FROM was_found.area_m2
        )
        OR EXISTS (
            SELECT 1
            FROM (
                SELECT mark.code, mark.answer, mark.area_m2, mark.unknown_m2
                FROM spatial_assessmentmark AS mark
                WHERE mark.assessment_id = newer.id
            ) AS now_marked
            FULL JOIN (
                SELECT mark.code, mark.answer, mark.area_m2, mark.unknown_m2
                FROM spatial_assessmentmark AS mark
                WHERE mark.assessment_id = older.id
            ) AS was_marked ON now_marked.code = was_marked.code
            WHERE
                (now_marked.answer, now_marked.area_m2, now_marked.unknown_m2)
                IS DISTINCT FROM
                (was_marked.answer, was_marked.area_m2, was_marked.unknown_m2)
        )
    )
ORDER BY region.code, batch.code, patch.jcbh
