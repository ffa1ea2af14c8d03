-- what:   On which pieces each notion holds: yes, or unknown (why says what is missing); no row is
--         no. A version that is missing, or says nothing of ground that it should cover, answers
--         unknown; two versions in the act's window that differ are unknown; a ledger holds where
--         any of its rows does, an any_of where any of its notions does (of one layer: in each
--         version). Net areas take off 田坎;
--         where its coefficient is needed and was not delivered, net_unknown.
-- reads:  chunk_piece, chunk_gap, chunk_place, chunk_version, chunk_zone, chunk_zone_answer,
--         spatial_notion, spatial_notionleaf, spatial_region, spatial_rulesetversion, chunk_patch
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

-- a paper holds wherever its ground lies, whichever county's ledger it is in: the ledgers of a
-- window are one (from_version 0)
slot AS MATERIALIZED (
    SELECT
        counted.window_id,
        asked_layer.layer_no,
        counted.version_count,
        counted.missing_count,
        CASE WHEN counted.policy = '' THEN 0 ELSE counted.version_id END AS from_version
    FROM counted
    INNER JOIN asked_layer
        ON counted.layer_id = asked_layer.layer_id AND counted.policy = asked_layer.policy
    WHERE counted.policy <> '' OR counted.is_first
),

located AS MATERIALIZED (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.area_m2,
        piece.zone_ids,
        piece.county_id,
        place.window_id
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
),

needing AS MATERIALIZED (
    SELECT ruleset.id
    FROM spatial_rulesetversion AS ruleset
    WHERE
        ruleset.id = ANY(ARRAY(SELECT DISTINCT patch.ruleset_id FROM chunk_patch AS patch))
        AND ruleset.settings -> 'needs' ? 'land_use.kcxs'
),

-- a piece, its zones, their answers, by key: whatever the planner believes of their number
told AS MATERIALIZED (
    SELECT
        located.assessment_id,
        located.seq,
        located.window_id,
        zone.version_id,
        zone.source_id,
        zone.within_m,
        zone.kcxs,
        zone.kcxs_told,
        outcome.notion_id AS leaf_id,
        outcome.answer,
        outcome.subject_gap,
        outcome.why
    FROM located
    CROSS JOIN LATERAL unnest(located.zone_ids) AS member (zone_id)
    CROSS JOIN LATERAL (
        SELECT
            found.version_id,
            found.source_id,
            found.within_m,
            found.attributes ->> 'kcxs' AS kcxs,
            found.attributes ? 'kcxs' AS kcxs_told
        FROM chunk_zone AS found
        WHERE found.zone_id = member.zone_id
        OFFSET 0
    ) AS zone
    CROSS JOIN LATERAL (
        SELECT found.notion_id, found.answer, found.subject_gap, found.why
        FROM chunk_zone_answer AS found
        WHERE
            found.assessment_id = located.assessment_id
            AND found.zone_id = member.zone_id
            AND found.answer IS NOT FALSE
        OFFSET 0
    ) AS outcome
),

named AS MATERIALIZED (
    SELECT
        told.*,
        asked.layer_no,
        CASE WHEN asked.policy = '' THEN 0 ELSE told.version_id END AS from_version
    FROM told
    INNER JOIN asked ON told.leaf_id = asked.leaf_id
),

by_zone AS MATERIALIZED (
    SELECT named.*, slot.version_count, slot.missing_count
    FROM named
    INNER JOIN slot
        ON
            named.window_id = slot.window_id
            AND named.layer_no = slot.layer_no
            AND named.from_version = slot.from_version
),

by_version AS (
    SELECT
        by_zone.assessment_id,
        by_zone.seq,
        by_zone.layer_no,
        by_zone.version_count,
        by_zone.missing_count,
        any_holds(
            count(*) FILTER (WHERE by_zone.answer),
            count(*) FILTER (WHERE by_zone.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(by_zone.subject_gap) FILTER (WHERE by_zone.answer IS NULL), FALSE)
            AS subject_gap,
        jsonb_agg(DISTINCT by_zone.source_id) AS zone_ids,
        min(coalesce(by_zone.kcxs::numeric, 0)) AS ridge_share,
        bool_or(NOT by_zone.kcxs_told) AND EXISTS (SELECT 1 FROM needing) AS ridge_unknown,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(by_zone.why ORDER BY by_zone.source_id, by_zone.within_m, by_zone.leaf_id)
                FILTER (WHERE by_zone.answer IS NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS why,
        nullif(by_zone.from_version, 0) AS of_version
    FROM by_zone
    GROUP BY
        by_zone.assessment_id, by_zone.seq, by_zone.layer_no, by_zone.version_id,
        by_zone.version_count, by_zone.missing_count, by_zone.from_version
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
    SELECT DISTINCT
        located.assessment_id,
        located.seq,
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
