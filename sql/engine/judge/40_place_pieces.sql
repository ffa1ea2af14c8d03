-- what:   On which pieces each notion holds: yes, or unknown; no row is no. A version that is
--         missing answers unknown; two versions in the act's window that differ are unknown; a
--         ledger holds where any of its rows does.
-- reads:  chunk_piece, chunk_place, chunk_version, chunk_zone, chunk_zone_answer, spatial_notion,
--         chunk_patch
-- writes: chunk_piece_notion
-- params: -
CREATE TEMPORARY TABLE chunk_piece_notion ON COMMIT DROP AS
WITH asked AS (
    SELECT
        version.window_id,
        notion.id AS notion_id,
        notion.code,
        notion.layer_id,
        version.policy,
        count(*) AS version_count,
        count(*) FILTER (WHERE version.version_id IS NULL) AS missing_count
    FROM chunk_version AS version
    INNER JOIN spatial_notion AS notion
        ON version.layer_id = notion.layer_id AND version.policy = notion.version_policy
    WHERE
        notion.ruleset_id IN (
            SELECT patch.ruleset_id
            FROM chunk_patch AS patch
        )
    GROUP BY version.window_id, notion.id, notion.code, notion.layer_id, version.policy
),

located AS (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.area_m2,
        piece.zone_ids,
        place.window_id
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
),

by_version AS (
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        located.window_id,
        answer.notion_id,
        zone.version_id,
        any_holds(
            count(*) FILTER (WHERE answer.answer), count(*) FILTER (WHERE answer.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(answer.subject_gap) FILTER (WHERE answer.answer IS NULL), FALSE)
            AS subject_gap,
        jsonb_agg(zone.zone_id ORDER BY zone.zone_id)
        FILTER (WHERE answer.answer IS NOT FALSE) AS zone_ids,
        min(coalesce((zone.attributes ->> 'kcxs')::numeric, 0))
        FILTER (WHERE answer.answer IS NOT FALSE) AS ridge_share
    FROM located
    CROSS JOIN LATERAL unnest(located.zone_ids) AS member (zone_id)
    INNER JOIN chunk_zone AS zone ON member.zone_id = zone.zone_id
    INNER JOIN chunk_zone_answer AS answer
        ON
            located.assessment_id = answer.assessment_id
            AND zone.zone_id = answer.zone_id
            AND answer.answer IS NOT FALSE
    INNER JOIN spatial_notion AS notion ON answer.notion_id = notion.id
    INNER JOIN chunk_version AS version
        ON
            located.window_id = version.window_id
            AND zone.version_id = version.version_id
            AND notion.layer_id = version.layer_id
            AND notion.version_policy = version.policy
    GROUP BY
        located.assessment_id, located.seq, located.area_m2, located.window_id,
        answer.notion_id, zone.version_id
),

held AS (
    SELECT
        by_version.assessment_id,
        by_version.seq,
        by_version.area_m2,
        by_version.window_id,
        by_version.notion_id,
        count(*) FILTER (WHERE by_version.answer) AS yes_count,
        count(*) FILTER (WHERE by_version.answer IS NULL) AS unknown_count,
        bool_and(by_version.subject_gap) FILTER (WHERE by_version.answer IS NULL) AS subject_gap,
        jsonb_path_query_array(jsonb_agg(by_version.zone_ids), '$[*][*]') AS zone_ids,
        min(by_version.ridge_share) AS ridge_share
    FROM by_version
    GROUP BY
        by_version.assessment_id, by_version.seq, by_version.area_m2, by_version.window_id,
        by_version.notion_id
),

answered AS (
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        asked.notion_id,
        asked.code,
        asked.layer_id,
        coalesce(held.zone_ids, '[]'::jsonb) AS zone_ids,
        coalesce(held.ridge_share, 0) AS ridge_share,
        CASE
            WHEN asked.policy = '' AND coalesce(held.yes_count, 0) > 0 THEN TRUE
            WHEN asked.missing_count = asked.version_count THEN NULL
            WHEN asked.policy = '' AND coalesce(held.unknown_count, 0) > 0 THEN NULL
            WHEN asked.policy = '' THEN FALSE
            WHEN asked.missing_count > 0 THEN NULL
            WHEN held.yes_count = asked.version_count THEN TRUE
            WHEN coalesce(held.yes_count, 0) + coalesce(held.unknown_count, 0) = 0 THEN FALSE
        END AS answer,
        asked.missing_count = 0
        AND coalesce(held.subject_gap, FALSE)
        AND coalesce(held.yes_count, 0) = 0 AS subject_gap
    FROM located
    INNER JOIN asked ON located.window_id = asked.window_id
    LEFT JOIN held
        ON
            located.assessment_id = held.assessment_id
            AND located.seq = held.seq
            AND asked.notion_id = held.notion_id
    WHERE held.notion_id IS NOT NULL OR asked.missing_count > 0
)

SELECT
    answered.assessment_id,
    answered.seq,
    answered.notion_id,
    answered.code,
    answered.answer,
    answered.answer IS NULL AND answered.subject_gap AS subject_gap,
    answered.zone_ids,
    CASE
        WHEN answered.layer_id = 'land_use'
            THEN round(answered.area_m2 * (1 - answered.ridge_share), 2)
    END AS net_m2
FROM answered
WHERE answered.answer IS NOT FALSE
