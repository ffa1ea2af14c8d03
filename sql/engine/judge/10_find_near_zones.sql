-- what:   Zones within the ruleset's adjoin_m of each patch (those on it among them), for the
--         layers of notions that a rule may adjoin. Distance in the county's Gauss plane.
-- reads:  chunk_patch, chunk_read, zone_part, spatial_datasetversion, spatial_notion,
--         spatial_ruleplace, spatial_zone
-- writes: chunk_near
-- params: version_ids
CREATE TEMPORARY TABLE chunk_near ON COMMIT DROP AS
WITH adjoined AS MATERIALIZED (
    SELECT DISTINCT notion.ruleset_id, notion.layer_id
    FROM spatial_ruleplace AS place
    INNER JOIN spatial_notion AS notion ON place.notion_id = notion.id
    WHERE place.relation = 'adjoins'
),

reads AS MATERIALIZED (
    SELECT chosen.assessment_id, array_agg(chosen.version_id) AS version_ids
    FROM chunk_read AS chosen
    INNER JOIN chunk_patch AS patch ON chosen.assessment_id = patch.assessment_id
    INNER JOIN spatial_datasetversion AS version ON chosen.version_id = version.id
    WHERE (patch.ruleset_id, version.layer_id) IN (
        SELECT adjoined.ruleset_id, adjoined.layer_id
        FROM adjoined
    )
    GROUP BY chosen.assessment_id
),

candidate AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.known_at,
        patch.plane_srid,
        patch.ground AS patch_ground,
        (patch.settings ->> 'adjoin_m')::double precision AS adjoin_m,
        part.zone_id,
        part.ground
    FROM chunk_patch AS patch
    INNER JOIN reads ON patch.assessment_id = reads.assessment_id
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s)
            AND found.version_id = ANY(reads.version_ids)
            -- lengths in the equal-area CRS are off by a fifth at most in China
            AND found.ground && ST_Expand(
                patch.ground, 2 * (patch.settings ->> 'adjoin_m')::double precision
            )
        OFFSET 0
    ) AS part
)

SELECT DISTINCT
    candidate.assessment_id,
    candidate.zone_id,
    zone.layer_id,
    zone.holder_id,
    zone.attributes
FROM candidate
INNER JOIN spatial_zone AS zone ON candidate.zone_id = zone.id
WHERE
    (zone.recorded_from IS NULL OR zone.recorded_from <= candidate.known_at)
    AND (zone.recorded_until IS NULL OR zone.recorded_until > candidate.known_at)
    AND (
        ST_Intersects(candidate.ground, candidate.patch_ground)
        OR ST_DWithin(
            ST_Transform(candidate.ground, candidate.plane_srid),
            ST_Transform(candidate.patch_ground, candidate.plane_srid),
            candidate.adjoin_m
        )
    )
