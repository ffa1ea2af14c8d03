-- what:   Zones widened by the within_m of the ruleset's notions, as further zones of the patches
--         that they reach: round buffers in the Gauss plane of the patch's county, densified there
--         like all ground. Their ids are negative; source_id is the zone's. Of a large zone only
--         what lies near the patch is widened: the rest cannot reach it.
-- reads:  chunk_patch, chunk_read, spatial_datasetversion, spatial_notion, spatial_patch,
--         spatial_zone, zone_part
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

near_zone AS MATERIALIZED (
    SELECT DISTINCT
        wanted.assessment_id,
        wanted.version_id,
        wanted.region_id,
        wanted.layer_id,
        wanted.within_m,
        patch.plane_srid,
        patch.known_at,
        part.zone_id
    FROM wanted
    INNER JOIN chunk_patch AS patch ON wanted.assessment_id = patch.assessment_id
    CROSS JOIN LATERAL (
        SELECT found.zone_id
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s)
            AND found.version_id = wanted.version_id
            -- lengths in the equal-area CRS are off by a fifth at most in China
            AND found.ground && ST_Expand(patch.ground, 2 * wanted.within_m)
        OFFSET 0
    ) AS part
),

-- from the delivered vertices: the way back from the equal-area CRS is exact to a millimetre only
flat AS MATERIALIZED (
    SELECT
        asked.zone_id,
        asked.plane_srid,
        ST_Transform(zone.geom, asked.plane_srid) AS plane
    FROM (SELECT DISTINCT near_zone.zone_id, near_zone.plane_srid FROM near_zone) AS asked
    INNER JOIN spatial_zone AS zone ON asked.zone_id = zone.id
),

widened AS MATERIALIZED (
    SELECT
        -row_number() OVER (
            ORDER BY near_zone.assessment_id, near_zone.zone_id, near_zone.within_m
        ) AS zone_id,
        near_zone.assessment_id,
        near_zone.version_id,
        near_zone.region_id,
        near_zone.layer_id,
        near_zone.within_m,
        near_zone.zone_id AS source_id,
        ST_Transform(
            ST_Segmentize(
                ST_Buffer(
                    ST_MakeValid(
                        ST_ClipByBox2D(
                            flat.plane,
                            ST_Expand(
                                ST_Transform(source.geom, near_zone.plane_srid)::box2d,
                                2 * near_zone.within_m
                            )
                        )
                    ),
                    near_zone.within_m, 'quad_segs=32'
                ), 70
            ), 990003
        ) AS ground
    FROM near_zone
    INNER JOIN chunk_patch AS patch ON near_zone.assessment_id = patch.assessment_id
    INNER JOIN spatial_patch AS source ON patch.patch_id = source.id
    INNER JOIN flat
        ON near_zone.zone_id = flat.zone_id AND near_zone.plane_srid = flat.plane_srid
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
    -- what lies on both sides of a patch is widened to two parts
    SELECT known.assessment_id, known.version_id, known.zone_id, part.geom
    FROM known
    CROSS JOIN LATERAL ST_Dump(known.ground) AS part
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
