-- what:   Zones that a patch may adjoin (those on it among them), with their distance from it in
--         the county's Gauss plane: within the ruleset's adjoin_m, and the within_m of a notion,
--         for the layers of notions that a rule may adjoin.
-- reads:  chunk_patch, chunk_read, zone_part, spatial_datasetversion, spatial_notion,
--         spatial_notionleaf, spatial_ruleplace, spatial_zone
-- writes: chunk_near
-- params: apart_ids, together_ids
CREATE TEMPORARY TABLE chunk_near ON COMMIT DROP AS
WITH adjoined AS MATERIALIZED (
    SELECT leaf.ruleset_id, leaf.layer_id, max(leaf.within_m) AS within_m
    FROM spatial_ruleplace AS place
    INNER JOIN spatial_notionleaf AS part ON place.notion_id = part.notion_id
    INNER JOIN spatial_notion AS leaf ON part.leaf_id = leaf.id
    WHERE place.relation = 'adjoins'
    GROUP BY leaf.ruleset_id, leaf.layer_id
),

reads AS MATERIALIZED (
    SELECT
        chosen.assessment_id,
        array_agg(chosen.version_id) AS version_ids,
        max(adjoined.within_m) AS within_m
    FROM chunk_read AS chosen
    INNER JOIN chunk_patch AS patch ON chosen.assessment_id = patch.assessment_id
    INNER JOIN spatial_datasetversion AS version ON chosen.version_id = version.id
    INNER JOIN adjoined
        ON patch.ruleset_id = adjoined.ruleset_id AND version.layer_id = adjoined.layer_id
    GROUP BY chosen.assessment_id
),

around AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.known_at,
        patch.plane_srid,
        patch.ground,
        patch.adjoin_m + reads.within_m AS reach_m,
        -- lengths in the equal-area CRS are off by a fifth at most in China
        ST_Expand(patch.ground::box2d, 2 * (patch.adjoin_m + reads.within_m)) AS frame,
        reads.version_ids
    FROM chunk_patch AS patch
    INNER JOIN reads ON patch.assessment_id = reads.assessment_id
),

-- searched as in step 50 of the partition
candidate AS MATERIALIZED (
    SELECT around.*, part.zone_id, part.ground AS part_ground
    FROM around
    CROSS JOIN LATERAL unnest(around.version_ids) AS chosen (version_id)
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(apart_ids)s::bigint[])
            AND found.version_id = chosen.version_id
            AND found.ground && around.frame
        OFFSET 0
    ) AS part
    WHERE chosen.version_id = ANY(%(apart_ids)s::bigint[])
    UNION ALL
    SELECT around.*, part.zone_id, part.ground AS part_ground
    FROM around
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(together_ids)s::bigint[])
            AND found.version_id = ANY(around.version_ids)
            AND found.ground && around.frame
        OFFSET 0
    ) AS part
),

measured AS MATERIALIZED (
    SELECT
        candidate.assessment_id,
        candidate.zone_id,
        candidate.known_at,
        candidate.reach_m,
        min(
            CASE
                WHEN ST_Intersects(candidate.part_ground, candidate.ground) THEN 0
                ELSE ST_Distance(
                    ST_Transform(candidate.part_ground, candidate.plane_srid),
                    ST_Transform(candidate.ground, candidate.plane_srid)
                )
            END
        ) AS distance_m
    FROM candidate
    GROUP BY
        candidate.assessment_id, candidate.zone_id, candidate.known_at, candidate.reach_m
)

SELECT
    measured.assessment_id,
    measured.zone_id,
    zone.version_id,
    zone.layer_id,
    zone.holder_id,
    zone.attributes,
    measured.distance_m
FROM measured
INNER JOIN spatial_zone AS zone ON measured.zone_id = zone.id
WHERE
    measured.distance_m <= measured.reach_m
    AND (zone.recorded_from IS NULL OR zone.recorded_from <= measured.known_at)
    AND (zone.recorded_until IS NULL OR zone.recorded_until > measured.known_at)
