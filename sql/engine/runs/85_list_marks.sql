-- what:   Marks whose answer or area would be another.
-- reads:  run_pair, spatial_assessmentmark, spatial_assessment, spatial_run, spatial_patch
-- writes: -
-- params: -
SELECT
    pair.patch_id,
    patch.region_id AS county_id,
    coalesce(new.code, was.code) AS code,
    coalesce(new.term, was.term) AS term,
    coalesce(new.severity, was.severity) AS severity,
    now_run.ruleset_id AS now_ruleset,
    was_run.ruleset_id AS was_ruleset,
    new.code IS NOT NULL AS is_now,
    was.code IS NOT NULL AS was_there,
    new.answer AS now_answer,
    was.answer AS was_answer,
    coalesce(new.area_m2, 0) AS now_m2,
    coalesce(was.area_m2, 0) AS was_m2
FROM run_pair AS pair
INNER JOIN spatial_patch AS patch ON pair.patch_id = patch.id
INNER JOIN spatial_assessment AS newer ON pair.now_id = newer.id
INNER JOIN spatial_run AS now_run ON newer.run_id = now_run.id
LEFT JOIN spatial_assessment AS older ON pair.was_id = older.id
LEFT JOIN spatial_run AS was_run ON older.run_id = was_run.id
CROSS JOIN LATERAL (
    SELECT mark.code
    FROM spatial_assessmentmark AS mark
    WHERE mark.assessment_id IN (pair.now_id, pair.was_id)
    GROUP BY mark.code
) AS listed
LEFT JOIN spatial_assessmentmark AS new
    ON pair.now_id = new.assessment_id AND listed.code = new.code
LEFT JOIN spatial_assessmentmark AS was
    ON pair.was_id = was.assessment_id AND listed.code = was.code
WHERE
    (new.code IS NULL, new.answer, new.area_m2, new.unknown_m2)
    IS DISTINCT FROM
    (was.code IS NULL, was.answer, was.area_m2, was.unknown_m2)
    -- no stays no, whatever the area below the threshold
    AND NOT (new.answer IS FALSE AND was.answer IS FALSE)
    -- a patch judged for the first time: only what it touches
    AND (pair.was_id IS NOT NULL OR new.answer IS TRUE)
ORDER BY
    patch.region_id, coalesce(new.severity, was.severity), coalesce(new.code, was.code),
    pair.patch_id
