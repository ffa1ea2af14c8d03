-- what:   Ground on which a loaded layer says nothing, though it should: a layer that should
--         cover its county (三调, 乡镇) has no zone there, or the ground lies in no township and
--         so beyond every county that was read. There each notion of the layer is unknown unless
--         a zone proves it.
-- reads:  chunk_patch, chunk_piece, chunk_place, chunk_version, chunk_zone, spatial_layer,
--         spatial_datasetversion, spatial_patch, spatial_region
-- writes: chunk_gap
-- params: -
CREATE TEMPORARY TABLE chunk_gap ON COMMIT DROP AS
WITH loaded AS MATERIALIZED (
    SELECT version.window_id, version.layer_id, version.policy, version.version_id
    FROM chunk_version AS version
    INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code AND layer.coverage
    INNER JOIN spatial_datasetversion AS dated
        ON version.version_id = dated.id AND dated.zone_count > 0
    WHERE NOT version.declared_empty
),

located AS MATERIALIZED (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.area_m2,
        place.window_id,
        array_agg(DISTINCT zone.version_id) FILTER (WHERE zone.version_id IS NOT NULL)
            AS version_ids
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
    LEFT JOIN LATERAL unnest(piece.zone_ids) AS member (zone_id) ON TRUE
    LEFT JOIN chunk_zone AS zone ON member.zone_id = zone.zone_id AND zone.within_m = 0
    GROUP BY piece.assessment_id, piece.seq, piece.area_m2, place.window_id
),

-- without townships a county's line cuts nothing: a patch that crosses it is wholly in doubt
stray AS MATERIALIZED (
    SELECT patch.assessment_id
    FROM chunk_patch AS patch
    INNER JOIN spatial_patch AS source ON patch.patch_id = source.id
    INNER JOIN spatial_region AS region ON patch.county_id = region.id
    WHERE
        patch.assessment_id IN (
            SELECT place.assessment_id
            FROM chunk_place AS place
            INNER JOIN chunk_version AS version
                ON
                    place.window_id = version.window_id
                    AND version.layer_id = 'township'
                    AND version.version_id IS NULL
        )
        AND NOT ST_CoveredBy(source.geom, region.geom)
        AND area_m2(ST_Transform(ST_Difference(source.geom, region.geom), 990003)) > 1
),

uncovered AS (
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        located.window_id,
        'township' AS layer_id,
        'latest' AS policy
    FROM located
    INNER JOIN stray ON located.assessment_id = stray.assessment_id
    UNION
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        located.window_id,
        loaded.layer_id,
        loaded.policy
    FROM located
    INNER JOIN loaded ON located.window_id = loaded.window_id
    WHERE NOT coalesce(loaded.version_id = ANY(located.version_ids), FALSE)
)

SELECT
    uncovered.assessment_id,
    uncovered.seq,
    uncovered.area_m2,
    uncovered.layer_id,
    uncovered.policy,
    FALSE AS beyond
FROM uncovered
UNION
SELECT
    uncovered.assessment_id,
    uncovered.seq,
    uncovered.area_m2,
    version.layer_id,
    version.policy,
    TRUE
FROM uncovered
INNER JOIN chunk_version AS version ON uncovered.window_id = version.window_id
WHERE uncovered.layer_id = 'township' AND version.version_id IS NOT NULL
