-- what:   On which pieces each notion holds: yes, or unknown (why says what is missing); no row is
--         no. A version that is missing, or says nothing of ground that it should cover, answers
--         unknown; two versions in the act's window that differ are unknown; a ledger holds where
--         any of its rows does, an any_of where any of its notions does (of one layer: in each
--         version). Net areas take off 田坎;
--         where its coefficient is needed and was not delivered, net_unknown.
-- reads:  chunk_told, chunk_piece, chunk_gap, chunk_place, chunk_version, spatial_notion,
--         spatial_notionleaf, spatial_region, spatial_rulesetversion, chunk_patch
-- writes: chunk_piece_notion
-- params: -
CREATE TEMPORARY TABLE chunk_piece_notion ON COMMIT DROP AS
WITH counted AS MATERIALIZED (
    SELECT
        version.window_id,
        version.layer_id,
        version.policy,
        version.version_id,
        count(*) OVER same_notion AS version_count,
        count(*) FILTER (WHERE version.version_id IS NULL) OVER same_notion AS missing_count
    FROM chunk_version AS version
    WINDOW same_notion AS (PARTITION BY version.window_id, version.layer_id, version.policy)
),

-- an any_of is asked of the zones of all its notions; layer_no tells its layers apart
asked AS MATERIALIZED (
    SELECT
        notion.id AS notion_id,
        notion.code,
        leaf.id AS leaf_id,
        leaf.layer_id,
        leaf.version_policy AS policy,
        dense_rank() OVER (ORDER BY notion.id, leaf.layer_id, leaf.version_policy) AS layer_no
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
    SELECT DISTINCT
        asked.layer_no, asked.notion_id, asked.code, asked.layer_id, asked.policy
    FROM asked
),

located AS MATERIALIZED (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.county_id,
        place.window_id
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
),

-- each joined by key before it meets the notions: a chunk without gaps and one full of them are
-- planned alike
gap_here AS MATERIALIZED (
    SELECT DISTINCT gap.assessment_id, gap.seq, gap.layer_id, gap.policy, place.window_id
    FROM chunk_gap AS gap
    CROSS JOIN LATERAL (
        SELECT piece.county_id
        FROM chunk_piece AS piece
        WHERE piece.assessment_id = gap.assessment_id AND piece.seq = gap.seq
        OFFSET 0
    ) AS piece
    INNER JOIN chunk_place AS place
        ON gap.assessment_id = place.assessment_id AND piece.county_id = place.county_id
),

layer_count AS MATERIALIZED (
    SELECT DISTINCT
        counted.window_id, counted.layer_id, counted.policy, counted.version_count,
        counted.missing_count
    FROM counted
),

needing AS MATERIALIZED (
    SELECT ruleset.id
    FROM spatial_rulesetversion AS ruleset
    WHERE
        ruleset.id = ANY(ARRAY(SELECT DISTINCT patch.ruleset_id FROM chunk_patch AS patch))
        AND ruleset.settings -> 'needs' ? 'land_use.kcxs'
),

by_version AS (
    SELECT
        told.assessment_id,
        told.seq,
        told.layer_no,
        told.version_count,
        told.missing_count,
        any_holds(
            count(*) FILTER (WHERE told.answer),
            count(*) FILTER (WHERE told.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(told.subject_gap) FILTER (WHERE told.answer IS NULL), FALSE)
            AS subject_gap,
        jsonb_agg(DISTINCT told.source_id) AS zone_ids,
        min(coalesce(told.kcxs::numeric, 0)) AS ridge_share,
        bool_or(NOT told.kcxs_told) AND EXISTS (SELECT 1 FROM needing) AS ridge_unknown,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(told.why ORDER BY told.source_id, told.within_m, told.leaf_id)
                FILTER (WHERE told.answer IS NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS why,
        nullif(told.from_version, 0) AS of_version
    FROM chunk_told AS told
    WHERE NOT told.sole
    GROUP BY
        told.assessment_id, told.seq, told.layer_no, told.version_id,
        told.version_count, told.missing_count, told.from_version
    UNION ALL
    -- a notion with a version that is missing is asked of every piece
    SELECT
        located.assessment_id,
        located.seq,
        asked_layer.layer_no,
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
                'county', region.name
            )
        ),
        NULL
    FROM located
    INNER JOIN counted ON located.window_id = counted.window_id AND counted.version_id IS NULL
    INNER JOIN asked_layer
        ON counted.layer_id = asked_layer.layer_id AND counted.policy = asked_layer.policy
    INNER JOIN spatial_region AS region ON located.county_id = region.id
    UNION ALL
    SELECT
        gap.assessment_id,
        gap.seq,
        asked_layer.layer_no,
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
    FROM gap_here AS gap
    INNER JOIN layer_count AS counted
        ON
            gap.window_id = counted.window_id
            AND gap.layer_id = counted.layer_id
            AND gap.policy = counted.policy
    INNER JOIN asked_layer
        ON gap.layer_id = asked_layer.layer_id AND gap.policy = asked_layer.policy
),

grouped AS (
    SELECT
        by_version.assessment_id,
        by_version.seq,
        by_version.layer_no,
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
        by_version.assessment_id, by_version.seq, by_version.layer_no,
        by_version.version_count, by_version.missing_count
),

held AS (
    SELECT
        grouped.*,
        asked_layer.notion_id,
        asked_layer.code,
        asked_layer.layer_id,
        asked_layer.policy,
        piece.area_m2
    FROM grouped
    INNER JOIN asked_layer ON grouped.layer_no = asked_layer.layer_no
    INNER JOIN chunk_piece AS piece
        ON grouped.assessment_id = piece.assessment_id AND grouped.seq = piece.seq
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

-- most notions hold by one zone of one version: nothing to gather
SELECT
    told.assessment_id,
    told.seq,
    told.notion_id,
    asked_layer.code,
    CASE
        WHEN told.answer AND (asked_layer.policy = '' OR told.version_count = 1) THEN TRUE
    END AS answer,
    told.answer IS NULL AND told.subject_gap AS subject_gap,
    jsonb_build_array(told.source_id) AS zone_ids,
    CASE
        WHEN asked_layer.layer_id = 'land_use' AND NOT ridge.unknown
            THEN round(piece.area_m2 * (1 - coalesce(told.kcxs::numeric, 0)), 2)
    END AS net_m2,
    asked_layer.layer_id = 'land_use' AND ridge.unknown AND told.answer
    AND (asked_layer.policy = '' OR told.version_count = 1) AS net_unknown,
    CASE
        WHEN told.answer AND (asked_layer.policy = '' OR told.version_count = 1)
            THEN '[]'::jsonb
        WHEN told.answer OR told.why = '[]'::jsonb
            THEN
                jsonb_build_array(
                    jsonb_build_object(
                        'kind', 'versions_differ',
                        'layer', asked_layer.layer_id,
                        'policy', asked_layer.policy,
                        'yes_in', CASE WHEN told.answer THEN jsonb_build_array(told.version_id) END
                    )
                )
        ELSE told.why
    END AS why
FROM chunk_told AS told
INNER JOIN asked_layer ON told.layer_no = asked_layer.layer_no
INNER JOIN chunk_piece AS piece
    ON told.assessment_id = piece.assessment_id AND told.seq = piece.seq
CROSS JOIN LATERAL (
    SELECT NOT told.kcxs_told AND EXISTS (SELECT 1 FROM needing) AS unknown
) AS ridge
WHERE told.sole
UNION ALL
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
