-- what:   The patches asked about, each with the assessment that may be out of date: the current
--         one, or that of a run. since = what was known to it; act_first … act_last = the window
--         of its act, as wide as it may be. Patches of one window share a window_id. has_sums where
--         sums over the ground of its user were taken.
-- reads:  spatial_patch, spatial_region, spatial_assessment, spatial_run, spatial_rulesetversion
-- writes: touched_patch
-- params: patch_ids, run_id, ruleset_id, as_of
CREATE TEMPORARY TABLE touched_patch ON COMMIT DROP AS
WITH ruleset AS MATERIALIZED (
    -- once: the settings are long, and unpacking them for each patch was most of this statement
    SELECT
        jsonb_exists(asked.settings -> 'dates', 'act_from') AS has_act_from,
        jsonb_exists(asked.settings -> 'dates', 'act_to') AS has_act_to
    FROM spatial_rulesetversion AS asked
    WHERE asked.id = %(ruleset_id)s
),

base AS (
    SELECT
        patch.id AS patch_id,
        patch.region_id AS county_id,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid,
        found.id AS assessment_id,
        found.subject_id,
        found.subject_from,
        found.facts,
        found.fallback OR found.facts::text ~ '"group\.' AS has_sums,
        run.id AS run_id,
        run.ruleset_id,
        run.known_at AS since,
        least(run.known_at, run.started_at) AS read_since,
        run.as_of AS as_of_was,
        %(as_of)s::date AS as_of_now,
        ruleset.has_act_from,
        ruleset.has_act_to,
        found.facts -> 'act_from' AS act_from,
        found.facts -> 'act_to' AS act_to
    FROM spatial_patch AS patch
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    CROSS JOIN ruleset
    LEFT JOIN spatial_assessment AS found
        ON
            patch.id = found.patch_id
            AND CASE
                WHEN %(run_id)s::bigint IS NULL THEN found.is_current
                ELSE found.run_id = %(run_id)s::bigint
            END
    LEFT JOIN spatial_run AS run ON found.run_id = run.id
    WHERE patch.id = ANY(%(patch_ids)s::bigint[])
),

dated AS (
    SELECT
        base.*,
        -- a date known only within bounds is an object with from and to
        CASE
            WHEN NOT base.has_act_from THEN base.as_of_now
            WHEN jsonb_typeof(base.act_from) = 'object' THEN (base.act_from ->> 'from')::date
            ELSE (base.act_from #>> '{}')::date
        END AS first_on,
        CASE
            WHEN NOT base.has_act_from THEN base.as_of_now
            WHEN jsonb_typeof(base.act_from) = 'object' THEN (base.act_from ->> 'to')::date
            ELSE (base.act_from #>> '{}')::date
        END AS from_last_on,
        CASE
            WHEN NOT base.has_act_to THEN base.as_of_now
            WHEN jsonb_typeof(base.act_to) = 'object' THEN (base.act_to ->> 'to')::date
            ELSE (base.act_to #>> '{}')::date
        END AS last_on
    FROM base
),

bounded AS (
    SELECT
        dated.*,
        coalesce(dated.first_on, '-infinity'::date) AS act_first,
        coalesce(dated.from_last_on, 'infinity'::date) AS act_from_last,
        coalesce(dated.last_on, 'infinity'::date) AS act_last
    FROM dated
)

SELECT
    bounded.patch_id,
    bounded.county_id,
    bounded.plane_srid,
    bounded.assessment_id,
    bounded.subject_id,
    bounded.subject_from,
    bounded.facts,
    bounded.has_sums,
    bounded.run_id,
    bounded.ruleset_id,
    bounded.since,
    bounded.read_since,
    bounded.as_of_was,
    bounded.as_of_now,
    bounded.act_first,
    bounded.act_from_last,
    bounded.act_last,
    dense_rank() OVER (
        ORDER BY
            bounded.since, bounded.as_of_was, bounded.act_first, bounded.act_from_last,
            bounded.act_last
    ) AS window_id
FROM bounded
