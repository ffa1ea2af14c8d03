-- what:   To the patches that may be touched those whose sums over their user's ground may be:
--         begun at the users whose ground, or the patches counted for whom, changed after the sums
--         were taken.
-- reads:  touched_run, touched_zone, touched_choice, spatial_run, spatial_patch,
--         spatial_assessment, spatial_subjectcorrection, spatial_zone, zone_part
-- writes: touched_choice
-- params: until, version_ids, limit_layers, used_versions, subject_versions
WITH span AS MATERIALIZED (
    SELECT
        least(min(run.read_since), %(until)s) AS known_from,
        greatest(max(run.since), %(until)s) AS known_to
    FROM touched_run AS run
),

changed AS MATERIALIZED (
    SELECT
        zone.layer_id,
        zone.version_id,
        zone.zone_id,
        zone.holder_id,
        CASE
            WHEN span.known_to > %(until)s THEN 'infinity'::timestamptz
            WHEN zone.seen_until <= %(until)s THEN zone.seen_until
            ELSE zone.seen_from
        END AS changed_at
    FROM touched_zone AS zone
    CROSS JOIN span
),

-- runs that were applied after another current one had read what counts for whom
later_run AS MATERIALIZED (
    SELECT run.id, run.applied_at
    FROM spatial_run AS run
    WHERE
        run.applied_at IS NOT NULL
        AND EXISTS (
            SELECT 1
            FROM touched_run AS reader
            WHERE reader.run_id <> run.id AND reader.read_since < run.applied_at
        )
),

limiting AS MATERIALIZED (
    SELECT changed.changed_at, part.ground
    FROM changed
    CROSS JOIN LATERAL (
        SELECT found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s::bigint[])
            AND found.version_id = changed.version_id
            AND found.zone_id = changed.zone_id
        OFFSET 0
    ) AS part
    WHERE changed.layer_id = ANY(%(limit_layers)s::text[])
),

-- patches that may be counted for somebody else than before, or otherwise
counted AS (
    SELECT choice.patch_id, 'infinity'::timestamptz AS changed_at
    FROM touched_choice AS choice
    WHERE choice.is_loose
    UNION ALL
    SELECT newer.patch_id, later_run.applied_at
    FROM later_run
    -- run by run, patch by patch (OFFSET 0 pins the order)
    CROSS JOIN LATERAL (
        SELECT found.id, found.patch_id, found.subject_id
        FROM spatial_assessment AS found
        WHERE found.run_id = later_run.id AND found.is_current
        OFFSET 0
    ) AS newer
    CROSS JOIN LATERAL (
        SELECT own.holder_id
        FROM spatial_patch AS own
        WHERE own.id = newer.patch_id
        OFFSET 0
    ) AS patch
    CROSS JOIN LATERAL (
        SELECT bool_or(older.subject_id IS DISTINCT FROM newer.subject_id) AS differs
        FROM spatial_assessment AS older
        WHERE older.patch_id = newer.patch_id AND older.id <> newer.id
    ) AS was
    -- what read it before it was ever judged counted it for whom the delivery names
    WHERE coalesce(was.differs, FALSE) OR patch.holder_id IS DISTINCT FROM newer.subject_id
    UNION ALL
    SELECT fact.patch_id, 'infinity'::timestamptz
    FROM spatial_subjectcorrection AS fact
    CROSS JOIN span
    WHERE fact.recorded_at > span.known_from AND fact.recorded_at <= span.known_to
    UNION ALL
    SELECT near.id, limiting.changed_at
    FROM limiting
    CROSS JOIN LATERAL (
        SELECT patch.id
        FROM spatial_patch AS patch
        WHERE patch.ground && limiting.ground
        OFFSET 0
    ) AS near
),

holder AS (
    SELECT found.holder_id, max(found.changed_at) AS changed_at
    FROM (
        SELECT changed.holder_id, changed.changed_at
        FROM changed
        UNION ALL
        SELECT used.holder_id, limiting.changed_at
        FROM limiting
        CROSS JOIN LATERAL (
            SELECT DISTINCT found.zone_id
            FROM zone_part AS found
            WHERE
                found.version_id = ANY(%(used_versions)s::bigint[])
                AND found.ground && limiting.ground
            OFFSET 0
        ) AS part
        INNER JOIN spatial_zone AS used ON part.zone_id = used.id
        UNION ALL
        SELECT own.holder_id, counted.changed_at
        FROM counted
        CROSS JOIN LATERAL (
            SELECT patch.holder_id
            FROM spatial_patch AS patch
            WHERE patch.id = counted.patch_id
            UNION ALL
            SELECT judged.subject_id
            FROM spatial_assessment AS judged
            WHERE judged.patch_id = counted.patch_id
            UNION ALL
            SELECT fact.holder_id
            FROM spatial_subjectcorrection AS fact
            WHERE fact.patch_id = counted.patch_id
        ) AS own
        UNION ALL
        SELECT zone.holder_id, 'infinity'::timestamptz
        FROM touched_choice AS choice
        INNER JOIN spatial_patch AS patch ON choice.patch_id = patch.id
        CROSS JOIN LATERAL (
            SELECT DISTINCT found.zone_id
            FROM zone_part AS found
            WHERE
                found.version_id = ANY(%(subject_versions)s::bigint[])
                AND found.ground && patch.ground
            OFFSET 0
        ) AS part
        INNER JOIN spatial_zone AS zone ON part.zone_id = zone.id
        WHERE choice.is_loose
    ) AS found
    WHERE found.holder_id IS NOT NULL
    GROUP BY found.holder_id
),

reader AS (
    SELECT found.patch_id
    FROM holder
    -- as the index of current assessments with such sums says it
    INNER JOIN spatial_assessment AS found
        ON
            holder.holder_id = found.subject_id
            AND found.is_current
            AND (found.fallback OR found.facts::text ~ '"group\.')
    INNER JOIN touched_run AS run
        ON found.run_id = run.run_id AND holder.changed_at > run.read_since
    UNION
    -- patches that came since count for those of the same user that stand after them in time
    SELECT found.patch_id
    FROM span
    CROSS JOIN LATERAL (
        SELECT patch.holder_id, patch.created_at
        FROM spatial_patch AS patch
        WHERE patch.created_at > span.known_from AND patch.created_at <= span.known_to
        OFFSET 0
    ) AS arrived
    INNER JOIN spatial_assessment AS found
        ON
            arrived.holder_id = found.subject_id
            AND found.is_current
            AND (found.fallback OR found.facts::text ~ '"group\.')
    INNER JOIN touched_run AS run ON found.run_id = run.run_id
    WHERE (arrived.created_at <= run.since) <> (arrived.created_at <= %(until)s)
)

INSERT INTO touched_choice (patch_id, is_loose)
SELECT reader.patch_id, FALSE
FROM reader
WHERE
    reader.patch_id NOT IN (
        SELECT choice.patch_id
        FROM touched_choice AS choice
    )
