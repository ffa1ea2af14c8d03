-- what:   Zones widened by the within_m of the ruleset's notions, as further zones of the patches
--         that they reach: round buffers in the Gauss plane of the patch's county, densified there
--         like all ground. Their ids are negative; source_id is the zone's. Of a large zone only
--         the parts near the patch are widened: farther ones cannot reach it.
-- reads:  chunk_patch, chunk_read, spatial_datasetversion, spatial_notion, spatial_zone, zone_part
-- writes: chunk_hit, chunk_zone
-- params: version_ids
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT
        chosen.assessment_id,
        chosen.version_id,
        version.region_id,
        notion.layer_id,
        notion.within_m
    FROM chunk_read AS chosen
    INNER JOIN chunk_patch AS patch ON chosen.assessment_id = patch.assessment_id
    INNER JOIN spatial_datasetversion AS version ON chosen.version_id = version.id
    INNER JOIN spatial_notion AS notion
        ON patch.ruleset_id = notion.ruleset_id AND version.layer_id = notion.layer_id
    WHERE notion.within_m > 0
),

near_part AS MATERIALIZED (
    SELECT
        wanted.assessment_id,
        wanted.version_id,
        wanted.region_id,
        wanted.layer_id,
        wanted.within_m,
        part.zone_id,
        part.ground
    FROM wanted
    INNER JOIN chunk_patch AS patch ON wanted.assessment_id = patch.assessment_id
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s)
            AND found.version_id = wanted.version_id
            -- lengths in the equal-area CRS are off by a fifth at most in China
            AND found.ground && ST_Expand(patch.ground, 2 * wanted.within_m)
        OFFSET 0
    ) AS part
),

widened AS MATERIALIZED (
    SELECT
        -row_number() OVER (
            ORDER BY near_part.assessment_id, near_part.zone_id, near_part.within_m
        ) AS zone_id,
        near_part.assessment_id,
        near_part.version_id,
        near_part.region_id,
        near_part.layer_id,
        near_part.within_m,
        near_part.zone_id AS source_id,
        ST_Transform(
            ST_Segmentize(
                ST_Buffer(
                    ST_Union(ST_Transform(near_part.ground, patch.plane_srid)),
                    near_part.within_m, 'quad_segs=32'
                ), 70
            ), 990003
        ) AS ground
    FROM near_part
    INNER JOIN chunk_patch AS patch ON near_part.assessment_id = patch.assessment_id
    GROUP BY
        near_part.assessment_id, near_part.version_id, near_part.region_id, near_part.layer_id,
        near_part.within_m, near_part.zone_id, patch.plane_srid
),

known AS (
    SELECT widened.*, zone.code, zone.holder_id, zone.attributes
    FROM widened
    INNER JOIN chunk_patch AS patch ON widened.assessment_id = patch.assessment_id
    INNER JOIN spatial_zone AS zone ON widened.source_id = zone.id
    WHERE
        (zone.recorded_from IS NULL OR zone.recorded_from <= patch.known_at)
        AND (zone.recorded_until IS NULL OR zone.recorded_until > patch.known_at)
        AND widened.ground && patch.ground
),

hits AS (
    INSERT INTO chunk_hit (assessment_id, version_id, zone_id, ground)
    SELECT known.assessment_id, known.version_id, known.zone_id, known.ground
    FROM known
)

INSERT INTO chunk_zone (
    zone_id, version_id, layer_id, county_id, code, holder_id, attributes, source_id, within_m
)
SELECT
    known.zone_id,
    known.version_id,
    known.layer_id,
    known.region_id,
    known.code,
    known.holder_id,
    known.attributes,
    known.source_id,
    known.within_m
FROM known
