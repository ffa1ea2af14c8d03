-- what:   Near misses of place: for each piece and each notion that does not hold there, the
--         nearest ground within near_m where it holds, and how far the piece reaches from it at
--         most (null beyond near_m). In the county's Gauss plane.
-- reads:  chunk_patch, chunk_place, chunk_version, chunk_piece, chunk_piece_notion, zone_part,
--         spatial_zone, spatial_notion, spatial_notiontest, spatial_notionleaf
-- writes: -
-- params: version_ids, near_m
WITH found AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.subject_id,
        patch.facts,
        patch.ruleset_id,
        patch.plane_srid,
        chosen.layer_id,
        chosen.policy,
        part.zone_id,
        ST_Transform(part.ground, patch.plane_srid) AS ground
    FROM chunk_patch AS patch
    INNER JOIN chunk_place AS place ON patch.assessment_id = place.assessment_id
    INNER JOIN chunk_version AS chosen ON place.window_id = chosen.window_id
    CROSS JOIN LATERAL (
        SELECT hit.zone_id, hit.ground
        FROM zone_part AS hit
        WHERE
            hit.version_id = ANY(%(version_ids)s)
            AND hit.version_id = chosen.version_id
            AND hit.ground && ST_Expand(patch.ground, 2 * %(near_m)s::double precision)
        OFFSET 0
    ) AS part
),

held AS MATERIALIZED (
    SELECT
        found.assessment_id,
        notion.id AS notion_id,
        found.plane_srid,
        found.zone_id,
        found.ground
    FROM found
    INNER JOIN spatial_notion AS notion
        ON
            found.ruleset_id = notion.ruleset_id
            AND found.layer_id = notion.layer_id
            AND found.policy = notion.version_policy
            AND notion.within_m = 0
    INNER JOIN spatial_zone AS zone ON found.zone_id = zone.id
    INNER JOIN chunk_patch AS patch ON found.assessment_id = patch.assessment_id
    WHERE
        (zone.recorded_from IS NULL OR zone.recorded_from <= patch.known_at)
        AND (zone.recorded_until IS NULL OR zone.recorded_until > patch.known_at)
        AND (NOT notion.own OR zone.holder_id = found.subject_id)
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_notiontest AS test
            WHERE
                test.notion_id = notion.id
                AND test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    found.facts, zone.attributes
                ) IS NOT TRUE
        )
),

missed AS (
    SELECT
        piece.assessment_id,
        piece.seq,
        leaf.notion_id,
        held.zone_id,
        held.ground,
        ST_Transform(piece.ground, held.plane_srid) AS piece_ground
    FROM chunk_piece AS piece
    INNER JOIN held ON piece.assessment_id = held.assessment_id
    INNER JOIN spatial_notionleaf AS leaf ON held.notion_id = leaf.leaf_id
    WHERE NOT EXISTS (
        SELECT 1
        FROM chunk_piece_notion AS member
        WHERE
            member.assessment_id = piece.assessment_id
            AND member.seq = piece.seq
            AND member.notion_id = leaf.notion_id
    )
),

nearest AS (
    SELECT
        missed.assessment_id,
        missed.seq,
        missed.notion_id,
        min(ST_Distance(missed.ground, missed.piece_ground)) AS distance_m,
        (
            array_agg(
                missed.zone_id
                ORDER BY ST_Distance(missed.ground, missed.piece_ground), missed.zone_id
            )
        )[1] AS zone_id,
        ST_Collect(missed.ground) AS ground,
        (array_agg(missed.piece_ground))[1] AS piece_ground
    FROM missed
    GROUP BY missed.assessment_id, missed.seq, missed.notion_id
)

SELECT
    nearest.assessment_id,
    nearest.seq,
    notion.code AS notion,
    nearest.zone_id,
    round(nearest.distance_m::numeric, 2) AS distance_m,
    round(reach.furthest_m::numeric, 2) AS reach_m
FROM nearest
INNER JOIN spatial_notion AS notion ON nearest.notion_id = notion.id
CROSS JOIN LATERAL (
    SELECT max(ST_Distance(nearest.ground, corner.geom)) AS furthest_m
    FROM ST_DumpPoints(nearest.piece_ground) AS corner
) AS reach
WHERE nearest.distance_m <= %(near_m)s
ORDER BY nearest.assessment_id, nearest.seq, notion.code
