-- what:   Of all issued patches of the ruleset those that may be touched for their own sake, or by
--         a row of a ledger on or near them: from what changed to the patches, by indexes only.
--         Each is looked at closely later; too many do no harm. is_loose where the user of the
--         ground may become another one with that.
-- reads:  touched_run, touched_zone, spatial_deskrow, spatial_batch, spatial_assessment,
--         spatial_fieldresult, spatial_subjectcorrection, spatial_patch, zone_part
-- writes: touched_choice
-- params: ruleset, ruleset_id, as_of, reads_as_of, until, version_ids, reach, subject_layers
CREATE TEMPORARY TABLE touched_choice ON COMMIT DROP AS
WITH span AS MATERIALIZED (
    SELECT
        least(min(run.since), %(until)s) AS known_from,
        greatest(max(run.since), %(until)s) AS known_to
    FROM touched_run AS run
),

batch AS MATERIALIZED (
    SELECT asked.id
    FROM spatial_batch AS asked
    WHERE asked.ruleset = %(ruleset)s AND asked.source NOT IN ('选址', '机器初筛')
),

changed AS MATERIALIZED (
    SELECT
        zone.layer_id,
        zone.version_id,
        zone.zone_id,
        CASE
            WHEN span.known_to > %(until)s THEN 'infinity'::timestamptz
            WHEN zone.seen_until <= %(until)s THEN zone.seen_until
            ELSE zone.seen_from
        END AS changed_at
    FROM touched_zone AS zone
    CROSS JOIN span
),

chosen AS (
    -- never judged, or by another version of the ruleset
    SELECT stands.patch_id, TRUE AS is_loose
    FROM batch
    CROSS JOIN LATERAL (
        SELECT row.patch_id
        FROM spatial_deskrow AS row
        WHERE row.batch_id = batch.id AND row.ruleset_id IS NULL
        UNION ALL
        SELECT row.patch_id
        FROM spatial_deskrow AS row
        WHERE row.batch_id = batch.id AND row.ruleset_id < %(ruleset_id)s
        UNION ALL
        SELECT row.patch_id
        FROM spatial_deskrow AS row
        WHERE row.batch_id = batch.id AND row.ruleset_id > %(ruleset_id)s
    ) AS stands
    UNION ALL
    SELECT found.patch_id, TRUE
    FROM touched_run AS run
    INNER JOIN spatial_assessment AS found ON run.run_id = found.run_id
    WHERE %(reads_as_of)s AND run.as_of_was <> %(as_of)s AND found.is_current
    UNION ALL
    -- an act without dates is judged as of the run's day
    SELECT found.patch_id, TRUE
    FROM touched_run AS run
    INNER JOIN spatial_assessment AS found ON run.run_id = found.run_id
    WHERE
        NOT %(reads_as_of)s
        AND run.as_of_was <> %(as_of)s
        AND found.is_current
        AND (
            low_end(found.facts -> 'act_from') IS NULL
            OR coalesce(high_end(found.facts -> 'act_to'), 'infinity') = 'infinity'
        )
    UNION ALL
    SELECT fact.patch_id, FALSE
    FROM spatial_fieldresult AS fact
    CROSS JOIN span
    WHERE fact.recorded_at > span.known_from AND fact.recorded_at <= span.known_to
    UNION ALL
    SELECT fact.patch_id, TRUE
    FROM spatial_subjectcorrection AS fact
    CROSS JOIN span
    WHERE fact.recorded_at > span.known_from AND fact.recorded_at <= span.known_to
    UNION ALL
    SELECT near.id, zone.layer_id = ANY(%(subject_layers)s)
    FROM changed AS zone
    CROSS JOIN LATERAL (
        SELECT (%(reach)s::jsonb ->> zone.layer_id)::double precision AS m
    ) AS reach
    CROSS JOIN LATERAL (
        SELECT found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s::bigint[])
            AND found.version_id = zone.version_id
            AND found.zone_id = zone.zone_id
        OFFSET 0
    ) AS part
    CROSS JOIN LATERAL (
        SELECT patch.id
        FROM spatial_patch AS patch
        -- lengths in the equal-area CRS are off by a fifth at most in China
        WHERE patch.ground && ST_Expand(part.ground, 2 * reach.m)
        OFFSET 0
    ) AS near
    -- one that was judged since knows of it
    INNER JOIN spatial_assessment AS stands ON near.id = stands.patch_id AND stands.is_current
    INNER JOIN touched_run AS run ON stands.run_id = run.run_id AND zone.changed_at > run.since
)

SELECT
    patch.id AS patch_id,
    bool_or(chosen.is_loose) AND patch.holder_id IS NULL AS is_loose
FROM chosen
INNER JOIN spatial_patch AS patch ON chosen.patch_id = patch.id
INNER JOIN batch ON patch.batch_id = batch.id
GROUP BY patch.id, patch.holder_id
