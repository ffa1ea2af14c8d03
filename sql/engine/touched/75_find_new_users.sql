-- what:   Patches whose user may become another one, each with every holder it may be counted for:
--         recorded since, corrected since, judged again since, or touched where the user is
--         inferred from zones (then every holder of a zone of those layers on the patch).
-- reads:  touched_patch, touched_reason, spatial_patch, spatial_batch, spatial_assessment,
--         spatial_subjectcorrection, spatial_zone, zone_part
-- writes: touched_user
-- params: ruleset, subject_layers, subject_versions, until
CREATE TEMPORARY TABLE touched_user ON COMMIT DROP AS
WITH reader AS MATERIALIZED (
    SELECT DISTINCT patch.run_id, patch.since, patch.read_since
    FROM touched_patch AS patch
    WHERE patch.assessment_id IS NOT NULL
),

known AS MATERIALIZED (
    SELECT min(reader.read_since) AS oldest, min(reader.since) AS oldest_since
    FROM reader
),

arrived AS (
    SELECT patch.id AS patch_id, reader.run_id, patch.holder_id
    FROM spatial_patch AS patch
    CROSS JOIN reader
    WHERE
        patch.holder_id IS NOT NULL
        AND (patch.created_at <= reader.since) <> (patch.created_at <= %(until)s)
),

corrected AS (
    SELECT fact.patch_id, reader.run_id, counted.holder_id
    FROM spatial_subjectcorrection AS fact
    CROSS JOIN reader
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
    WHERE (fact.recorded_at <= reader.since) <> (fact.recorded_at <= %(until)s)
),

judged AS (
    SELECT newer.patch_id, reader.run_id, counted.holder_id
    FROM spatial_assessment AS newer
    INNER JOIN spatial_patch AS patch ON newer.patch_id = patch.id
    CROSS JOIN known
    CROSS JOIN reader
    LEFT JOIN LATERAL (
        SELECT older.id, older.subject_id
        FROM spatial_assessment AS older
        WHERE
            older.patch_id = newer.patch_id
            AND (older.run_id = reader.run_id OR older.applied_at <= reader.read_since)
        ORDER BY (older.run_id = reader.run_id) DESC, older.applied_at DESC, older.id DESC
        LIMIT 1
    ) AS was ON TRUE
    -- before it was judged, it counted for whom the delivery names
    CROSS JOIN LATERAL (
        SELECT CASE WHEN was.id IS NULL THEN patch.holder_id ELSE was.subject_id END AS was_id
    ) AS before
    CROSS JOIN LATERAL (VALUES (newer.subject_id), (before.was_id)) AS counted (holder_id)
    WHERE
        newer.is_current
        AND newer.applied_at > known.oldest
        AND newer.applied_at > reader.read_since
        AND newer.run_id <> reader.run_id
        AND newer.subject_id IS DISTINCT FROM before.was_id
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
WHERE counted.holder_id IS NOT NULL AND batch.ruleset = %(ruleset)s
