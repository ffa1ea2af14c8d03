-- what:   The patches that a ratio counts, each with its assessment as it was known, the reasons
--         for which somebody left it out, and its place in the order of issue. A patch that no
--         applied run has judged is among them, without an assessment. A planned site (选址) is no
--         ground in use, and what a detector proposes (机器初筛) nobody has issued: both count
--         nowhere.
-- reads:  spatial_assessment, spatial_patch, spatial_batch, spatial_exclusion, spatial_run,
--         spatial_rulesetversion
-- writes: ratio_patch
-- params: ruleset, known_at, periods, after_from, after_until
CREATE TEMPORARY TABLE ratio_patch ON COMMIT DROP AS
WITH known AS (
    SELECT DISTINCT ON (assessment.patch_id)
        assessment.patch_id,
        assessment.id,
        run.ruleset_id
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    WHERE
        ruleset.name = %(ruleset)s
        AND CASE
            WHEN %(known_at)s::timestamptz IS NULL THEN assessment.is_current
            ELSE assessment.applied_at <= %(known_at)s
        END
    ORDER BY assessment.patch_id, assessment.applied_at DESC NULLS LAST, assessment.id DESC
),

reason AS (
    SELECT
        fact.patch_id,
        array_agg(DISTINCT fact.reason_code::text ORDER BY fact.reason_code::text) AS codes
    FROM spatial_exclusion AS fact
    WHERE
        NOT fact.withdrawn
        AND fact.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_exclusion AS later
            WHERE
                later.supersedes_id = fact.id
                AND later.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        )
    GROUP BY fact.patch_id
)

SELECT
    patch.id AS patch_id,
    known.id AS assessment_id,
    known.ruleset_id,
    patch.region_id AS county_id,
    patch.after_on,
    patch.area_m2,
    coalesce(reason.codes, '{}'::text[]) AS reasons,
    row_number() OVER (
        -- as patches are linked (engine/genealogy/20)
        ORDER BY
            coalesce(
                batch.issued_on,
                patch.after_on,
                (patch.created_at AT TIME ZONE 'UTC')::date
            ),
            patch.id
    ) AS issue_rank
FROM spatial_patch AS patch
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
LEFT JOIN known ON patch.id = known.patch_id
LEFT JOIN reason ON patch.id = reason.patch_id
WHERE
    batch.ruleset = %(ruleset)s
    AND batch.source NOT IN ('选址', '机器初筛')
    AND (
        known.id IS NOT NULL
        OR patch.created_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
    )
    AND (%(periods)s::text[] IS NULL OR batch.period = ANY(%(periods)s))
    AND (%(after_from)s::date IS NULL OR patch.after_on >= %(after_from)s)
    AND (%(after_until)s::date IS NULL OR patch.after_on < %(after_until)s)
