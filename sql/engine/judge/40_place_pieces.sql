-- what:   On which pieces each notion holds: yes, or unknown (why says what is missing); no row is
--         no. A version that is missing, or says nothing of ground that it should cover, answers
--         unknown; two versions in the act's window that differ are unknown; a ledger holds where
--         any of its rows does, an any_of where any of its notions does (of one layer: in each
--         version). Net areas take off 田坎;
--         where its coefficient is needed and was not delivered, net_unknown.
-- reads:  chunk_piece, chunk_gap, chunk_place, chunk_version, chunk_zone, chunk_zone_answer,
--         spatial_notion, spatial_notionleaf, spatial_region, chunk_patch
-- writes: chunk_piece_notion
-- params: -
CREATE TEMPORARY TABLE chunk_piece_notion ON COMMIT DROP AS
WITH counted AS MATERIALIZED (
    SELECT
        version.window_id,
        version.layer_id,
        version.policy,
        version.version_id,
        row_number() OVER same_notion = 1 AS is_first,
        count(*) OVER same_notion AS version_count,
        count(*) FILTER (WHERE version.version_id IS NULL) OVER same_notion AS missing_count
    FROM chunk_version AS version
    WINDOW same_notion AS (PARTITION BY version.window_id, version.layer_id, version.policy)
),

-- an any_of is asked of the zones of all its notions
asked AS MATERIALIZED (
    SELECT
        notion.id AS notion_id,
        notion.code,
        leaf.id AS leaf_id,
        leaf.layer_id,
        leaf.version_policy AS policy
    FROM spatial_notion AS notion
    INNER JOIN spatial_notionleaf AS part ON notion.id = part.notion_id
    INNER JOIN spatial_notion AS leaf ON part.leaf_id = leaf.id
    WHERE
        notion.ruleset_id IN (
            SELECT patch.ruleset_id
            FROM chunk_patch AS patch
        )
),

asked_layer AS MATERIALIZED (
    SELECT DISTINCT asked.notion_id, asked.code, asked.layer_id, asked.policy FROM asked
),

located AS (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.area_m2,
        piece.zone_ids,
        place.window_id,
        region.name AS county,
        patch.settings -> 'needs' ? 'land_use.kcxs' AS needs_kcxs
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
    INNER JOIN chunk_patch AS patch ON piece.assessment_id = patch.assessment_id
    INNER JOIN spatial_region AS region ON piece.county_id = region.id
),

-- a notion with a version that is missing is asked of every piece
by_version AS (
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        asked.notion_id,
        asked.code,
        asked.layer_id,
        asked.policy,
        counted.version_count,
        counted.missing_count,
        any_holds(
            count(*) FILTER (WHERE answer.answer), count(*) FILTER (WHERE answer.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(answer.subject_gap) FILTER (WHERE answer.answer IS NULL), FALSE)
            AS subject_gap,
        jsonb_agg(DISTINCT zone.source_id) AS zone_ids,
        min(coalesce((zone.attributes ->> 'kcxs')::numeric, 0)) AS ridge_share,
        bool_or(located.needs_kcxs AND NOT zone.attributes ? 'kcxs') AS ridge_unknown,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(answer.why ORDER BY zone.source_id, zone.within_m, answer.notion_id)
                FILTER (WHERE answer.answer IS NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS why,
        CASE WHEN asked.policy <> '' THEN zone.version_id END AS of_version
    FROM located
    CROSS JOIN LATERAL unnest(located.zone_ids) AS member (zone_id)
    INNER JOIN chunk_zone AS zone ON member.zone_id = zone.zone_id
    -- by the key, zone by zone: hashed, all answers of a large patch are read for each piece
    CROSS JOIN LATERAL (
        SELECT found.notion_id, found.zone_id, found.answer, found.subject_gap, found.why
        FROM chunk_zone_answer AS found
        WHERE
            found.assessment_id = located.assessment_id
            AND found.zone_id = member.zone_id
            AND found.answer IS NOT FALSE
        OFFSET 0
    ) AS answer
    INNER JOIN asked ON answer.notion_id = asked.leaf_id
    INNER JOIN counted
        ON
            located.window_id = counted.window_id
            AND asked.layer_id = counted.layer_id
            AND asked.policy = counted.policy
            -- a paper holds wherever its ground lies, whichever county's ledger it is in
            AND CASE
                WHEN asked.policy = '' THEN counted.is_first
                ELSE zone.version_id = counted.version_id
            END
    GROUP BY
        located.assessment_id, located.seq, located.area_m2, asked.notion_id, asked.code,
        asked.layer_id, asked.policy, counted.version_count, counted.missing_count,
        zone.version_id
    UNION ALL
    SELECT
        located.assessment_id,
        located.seq,
        located.area_m2,
        asked_layer.notion_id,
        asked_layer.code,
        asked_layer.layer_id,
        asked_layer.policy,
        counted.version_count,
        counted.missing_count,
        FALSE,
        FALSE,
        NULL,
        NULL,
        FALSE,
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'no_layer',
                'layer', asked_layer.layer_id,
                'policy', asked_layer.policy,
                'county', located.county
            )
        ),
        NULL
    FROM located
    INNER JOIN counted ON located.window_id = counted.window_id AND counted.version_id IS NULL
    INNER JOIN asked_layer
        ON counted.layer_id = asked_layer.layer_id AND counted.policy = asked_layer.policy
    UNION ALL
    SELECT DISTINCT
        located.assessment_id,
        located.seq,
        located.area_m2,
        asked_layer.notion_id,
        asked_layer.code,
        asked_layer.layer_id,
        asked_layer.policy,
        counted.version_count,
        counted.missing_count,
        NULL::boolean,
        FALSE,
        NULL::jsonb,
        NULL::numeric,
        FALSE,
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'not_covered', 'layer', asked_layer.layer_id, 'policy', asked_layer.policy
            )
        ),
        NULL::bigint
    FROM located
    INNER JOIN chunk_gap AS gap
        ON located.assessment_id = gap.assessment_id AND located.seq = gap.seq
    INNER JOIN counted
        ON
            located.window_id = counted.window_id
            AND gap.layer_id = counted.layer_id
            AND gap.policy = counted.policy
    INNER JOIN asked_layer
        ON gap.layer_id = asked_layer.layer_id AND gap.policy = asked_layer.policy
),

held AS (
    SELECT
        by_version.assessment_id,
        by_version.seq,
        by_version.area_m2,
        by_version.notion_id,
        by_version.code,
        by_version.layer_id,
        by_version.policy,
        by_version.version_count,
        by_version.missing_count,
        count(*) FILTER (WHERE by_version.answer) AS yes_count,
        count(*) FILTER (WHERE by_version.answer IS NULL) AS unknown_count,
        coalesce(
            bool_and(by_version.subject_gap) FILTER (WHERE by_version.answer IS NULL), FALSE
        ) AS subject_gap,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(by_version.zone_ids ORDER BY by_version.of_version, by_version.zone_ids)
                FILTER (WHERE by_version.zone_ids IS NOT NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS zone_ids,
        coalesce(min(by_version.ridge_share), 0) AS ridge_share,
        coalesce(bool_or(by_version.ridge_unknown), FALSE) AS ridge_unknown,
        jsonb_path_query_array(
            jsonb_agg(by_version.why ORDER BY by_version.of_version, by_version.why), '$[*][*]'
        ) AS why,
        jsonb_agg(by_version.of_version ORDER BY by_version.of_version)
        FILTER (WHERE by_version.answer) AS yes_versions
    FROM by_version
    GROUP BY
        by_version.assessment_id, by_version.seq, by_version.area_m2, by_version.notion_id,
        by_version.code, by_version.layer_id, by_version.policy, by_version.version_count,
        by_version.missing_count
),

answered AS (
    SELECT
        held.*,
        CASE
            WHEN held.policy = '' AND held.yes_count > 0 THEN TRUE
            WHEN held.missing_count = held.version_count THEN NULL
            WHEN held.policy = '' AND held.unknown_count > 0 THEN NULL
            WHEN held.policy = '' THEN FALSE
            WHEN held.missing_count > 0 THEN NULL
            WHEN held.yes_count = held.version_count THEN TRUE
            WHEN held.yes_count + held.unknown_count = 0 THEN FALSE
        END AS answer
    FROM held
),

by_layer AS (
    SELECT
        answered.assessment_id,
        answered.seq,
        answered.notion_id,
        answered.code,
        answered.answer,
        answered.answer IS NULL
        AND answered.missing_count = 0
        AND answered.subject_gap
        AND answered.yes_count = 0 AS subject_gap,
        answered.zone_ids,
        CASE
            WHEN answered.layer_id = 'land_use' AND NOT answered.ridge_unknown
                THEN round(answered.area_m2 * (1 - answered.ridge_share), 2)
        END AS net_m2,
        answered.layer_id = 'land_use' AND answered.ridge_unknown AS net_unknown,
        CASE
            WHEN answered.answer THEN '[]'::jsonb
            -- nothing else is missing: the versions in the window do not agree
            WHEN answered.why = '[]'::jsonb
                THEN
                    jsonb_build_array(
                        jsonb_build_object(
                            'kind', 'versions_differ',
                            'layer', answered.layer_id,
                            'policy', answered.policy,
                            'yes_in', answered.yes_versions
                        )
                    )
            ELSE answered.why
        END AS why
    FROM answered
    WHERE answered.answer IS NOT FALSE
)

SELECT
    by_layer.assessment_id,
    by_layer.seq,
    by_layer.notion_id,
    by_layer.code,
    CASE WHEN bool_or(by_layer.answer) THEN TRUE END AS answer,
    NOT coalesce(bool_or(by_layer.answer), FALSE) AND bool_and(by_layer.subject_gap)
        AS subject_gap,
    jsonb_path_query_array(jsonb_agg(by_layer.zone_ids ORDER BY by_layer.zone_ids), '$[*][*]')
        AS zone_ids,
    min(by_layer.net_m2) AS net_m2,
    coalesce(bool_and(by_layer.net_unknown) FILTER (WHERE by_layer.answer), FALSE)
        AS net_unknown,
    CASE
        WHEN bool_or(by_layer.answer) THEN '[]'::jsonb
        ELSE jsonb_path_query_array(jsonb_agg(by_layer.why ORDER BY by_layer.why), '$[*][*]')
    END AS why
FROM by_layer
GROUP BY by_layer.assessment_id, by_layer.seq, by_layer.notion_id, by_layer.code
