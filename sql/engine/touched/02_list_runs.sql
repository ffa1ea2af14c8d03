-- what:   The runs whose assessments are current on issued patches of this ruleset: hopping from
--         one to the next by the index, never through all assessments.
-- reads:  spatial_assessment, spatial_run, spatial_patch, spatial_batch
-- writes: touched_run
-- params: ruleset
CREATE TEMPORARY TABLE touched_run ON COMMIT DROP AS
WITH RECURSIVE hop AS (
    SELECT min(first.run_id) AS run_id
    FROM spatial_assessment AS first
    WHERE first.is_current
    UNION ALL
    SELECT
        (
            SELECT min(later.run_id)
            FROM spatial_assessment AS later
            WHERE later.is_current AND later.run_id > hop.run_id
        )
    FROM hop
    WHERE hop.run_id IS NOT NULL
)

SELECT
    run.id AS run_id,
    run.known_at AS since,
    least(run.known_at, run.started_at) AS read_since,
    run.as_of AS as_of_was
FROM hop
INNER JOIN spatial_run AS run ON hop.run_id = run.id
-- one patch after another until one is of the ruleset (OFFSET 0 pins the order)
WHERE EXISTS (
    SELECT 1
    FROM (
        SELECT found.patch_id
        FROM spatial_assessment AS found
        WHERE found.run_id = run.id AND found.is_current
        OFFSET 0
    ) AS judged
    CROSS JOIN LATERAL (
        SELECT batch.ruleset, batch.source
        FROM spatial_patch AS patch
        INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
        WHERE patch.id = judged.patch_id
        OFFSET 0
    ) AS told
    WHERE told.ruleset = %(ruleset)s AND told.source NOT IN ('选址', '机器初筛')
)
