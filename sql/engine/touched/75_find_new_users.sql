-- what:   Patches whose user may become another one, each with every holder it may be counted for:
--         recorded since, corrected since, judged again since, or touched where the user is
--         inferred from zones (then every holder of a zone of those layers on the patch). Runs are
--         asked only about holders whose sums they took.
-- reads:  touched_patch, touched_reason, spatial_patch, spatial_batch, spatial_assessment,
--         spatial_run, spatial_subjectcorrection, spatial_zone, zone_part
-- writes: touched_user
-- params: ruleset, subject_layers, subject_versions, until
CREATE TEMPORARY TABLE touched_user ON COMMIT DROP AS
WITH reader AS MATERIALIZED (
    SELECT DISTINCT patch.run_id, patch.since, patch.read_since, patch.subject_id AS holder_id
    FROM touched_patch AS patch
    WHERE
        patch.subject_id IS NOT NULL
        AND patch.has_sums
),

-- runs that were applied after another one had read what counts for whom
later_run AS MATERIALIZED (
    SELECT run.id
    FROM spatial_run AS run
    WHERE
        run.applied_at IS NOT NULL
        AND EXISTS (
            SELECT 1
            FROM (
                SELECT DISTINCT each.run_id, each.read_since
                FROM reader AS each
            ) AS reading
            WHERE reading.run_id <> run.id AND reading.read_since < run.applied_at
        )
),

arrived AS (
    SELECT patch.id AS patch_id, reader.run_id, patch.holder_id
    FROM reader
    INNER JOIN spatial_patch AS patch ON reader.holder_id = patch.holder_id
    WHERE (patch.created_at <= reader.since) <> (patch.created_at <= %(until)s)
),

corrected AS (
    SELECT fact.patch_id, reader.run_id, counted.holder_id
    FROM spatial_subjectcorrection AS fact
    INNER JOIN spatial_patch AS patch ON fact.patch_id = patch.id
    CROSS JOIN LATERAL (
        SELECT patch.holder_id
        UNION
        SELECT each.holder_id
        FROM spatial_subjectcorrection AS each
        WHERE each.patch_id = fact.patch_id
        UNION
        SELECT assessment.subject_id
        FROM spatial_assessment AS assessment
        WHERE assessment.patch_id = fact.patch_id
    ) AS counted
    INNER JOIN reader ON counted.holder_id = reader.holder_id
    WHERE (fact.recorded_at <= reader.since) <> (fact.recorded_at <= %(until)s)
),

-- patches judged since, each with everybody it was ever counted for: taken before the runs are
-- joined, by the holder alone, for the planner believes that there are few
judged_since AS MATERIALIZED (
    SELECT
        newer.patch_id,
        newer.run_id,
        newer.applied_at,
        newer.subject_id,
        patch.holder_id AS delivered_id,
        counted.holder_id
    FROM later_run
    -- run by run, patch by patch (OFFSET 0 pins the order)
    CROSS JOIN LATERAL (
        SELECT found.patch_id, found.run_id, found.applied_at, found.subject_id
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
        SELECT patch.holder_id
        UNION
        SELECT assessment.subject_id
        FROM spatial_assessment AS assessment
        WHERE assessment.patch_id = newer.patch_id
    ) AS counted
    WHERE counted.holder_id IS NOT NULL
),

asked_again AS MATERIALIZED (
    SELECT
        newer.patch_id,
        newer.subject_id,
        newer.delivered_id,
        newer.holder_id,
        reader.run_id,
        reader.read_since,
        newer.applied_at > reader.read_since AND newer.run_id <> reader.run_id AS is_later
    FROM judged_since AS newer
    INNER JOIN reader ON newer.holder_id = reader.holder_id
),

judged AS (
    SELECT newer.patch_id, newer.run_id, newer.holder_id
    FROM asked_again AS newer
    LEFT JOIN LATERAL (
        SELECT older.id, older.subject_id
        FROM spatial_assessment AS older
        WHERE
            older.patch_id = newer.patch_id
            AND (older.run_id = newer.run_id OR older.applied_at <= newer.read_since)
        ORDER BY (older.run_id = newer.run_id) DESC, older.applied_at DESC, older.id DESC
        LIMIT 1
    ) AS was ON TRUE
    -- before it was judged, it counted for whom the delivery names
    CROSS JOIN LATERAL (
        SELECT CASE WHEN was.id IS NULL THEN newer.delivered_id ELSE was.subject_id END AS was_id
    ) AS before
    WHERE
        newer.is_later
        AND newer.subject_id IS DISTINCT FROM before.was_id
        AND newer.holder_id IN (newer.subject_id, before.was_id)
),

loose AS (
    SELECT DISTINCT patch.patch_id, patch.subject_id, source.ground
    FROM touched_patch AS patch
    INNER JOIN spatial_patch AS source ON patch.patch_id = source.id
    INNER JOIN touched_reason AS reason ON patch.patch_id = reason.patch_id
    WHERE
        source.holder_id IS NULL
        AND (
            reason.kind IN ('new', 'ruleset', 'as_of', 'correction')
            OR reason.layer_id = ANY(%(subject_layers)s)
        )
),

loosened AS (
    SELECT loose.patch_id, NULL::bigint AS run_id, loose.subject_id AS holder_id
    FROM loose
    UNION
    SELECT loose.patch_id, NULL, zone.holder_id
    FROM loose
    CROSS JOIN LATERAL (
        SELECT DISTINCT found.zone_id
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(subject_versions)s::bigint[])
            AND found.ground && loose.ground
        OFFSET 0
    ) AS part
    INNER JOIN spatial_zone AS zone ON part.zone_id = zone.id
    UNION
    SELECT reason.patch_id, NULL, fact.holder_id
    FROM touched_reason AS reason
    INNER JOIN spatial_subjectcorrection AS fact ON reason.patch_id = fact.patch_id
    WHERE reason.kind = 'new'
)

SELECT counted.patch_id, counted.run_id, counted.holder_id
FROM (
    SELECT arrived.patch_id, arrived.run_id, arrived.holder_id
    FROM arrived
    UNION
    SELECT corrected.patch_id, corrected.run_id, corrected.holder_id
    FROM corrected
    UNION
    SELECT judged.patch_id, judged.run_id, judged.holder_id
    FROM judged
    UNION
    SELECT loosened.patch_id, loosened.run_id, loosened.holder_id
    FROM loosened
) AS counted
INNER JOIN spatial_patch AS patch ON counted.patch_id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
WHERE
    counted.holder_id IS NOT NULL
    AND batch.ruleset = %(ruleset)s
    AND batch.source NOT IN ('选址', '机器初筛')
