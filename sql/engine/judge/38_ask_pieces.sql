-- what:   What the zones of each piece answered for each notion, in the versions that its window
--         reads: yes or unknown. layer_no tells the layers of an any_of apart; a paper holds
--         wherever its ground lies, whichever county's ledger it is in, so the ledgers of a window
--         are one (from_version 0). sole: nothing else is to be said of this notion on this piece.
-- reads:  chunk_patch, chunk_piece, chunk_gap, chunk_place, chunk_version, chunk_zone,
--         chunk_zone_answer, spatial_notion, spatial_notionleaf
-- writes: chunk_told
-- params: -
CREATE TEMPORARY TABLE chunk_told ON COMMIT DROP AS
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
        piece.zone_ids,
        place.window_id
    FROM chunk_piece AS piece
    INNER JOIN chunk_place AS place
        ON piece.assessment_id = place.assessment_id AND piece.county_id = place.county_id
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
        asked.notion_id,
        CASE WHEN asked.policy = '' THEN 0 ELSE told.version_id END AS from_version
    FROM told
    INNER JOIN asked ON told.leaf_id = asked.leaf_id
),

-- notions of which something is missing, somewhere in the chunk or on a piece
lacking AS MATERIALIZED (
    SELECT DISTINCT asked_layer.notion_id
    FROM asked_layer
    INNER JOIN counted
        ON asked_layer.layer_id = counted.layer_id AND asked_layer.policy = counted.policy
    WHERE counted.missing_count > 0
),

uncovered AS MATERIALIZED (
    SELECT DISTINCT gap.assessment_id, gap.seq, asked_layer.notion_id
    FROM chunk_gap AS gap
    INNER JOIN asked_layer
        ON gap.layer_id = asked_layer.layer_id AND gap.policy = asked_layer.policy
),

counted_zone AS (
    SELECT
        named.*,
        slot.version_count,
        slot.missing_count,
        count(*) OVER (PARTITION BY named.assessment_id, named.seq, named.notion_id) AS said
    FROM named
    INNER JOIN slot
        ON
            named.window_id = slot.window_id
            AND named.layer_no = slot.layer_no
            AND named.from_version = slot.from_version
)

SELECT
    counted_zone.assessment_id,
    counted_zone.seq,
    counted_zone.layer_no,
    counted_zone.notion_id,
    counted_zone.version_id,
    counted_zone.from_version,
    counted_zone.version_count,
    counted_zone.missing_count,
    counted_zone.source_id,
    counted_zone.within_m,
    counted_zone.kcxs,
    counted_zone.kcxs_told,
    counted_zone.leaf_id,
    counted_zone.answer,
    counted_zone.subject_gap,
    counted_zone.why,
    counted_zone.said = 1
    AND counted_zone.notion_id NOT IN (SELECT lacking.notion_id FROM lacking)
    AND (counted_zone.assessment_id, counted_zone.seq, counted_zone.notion_id) NOT IN (
        SELECT uncovered.assessment_id, uncovered.seq, uncovered.notion_id
        FROM uncovered
    ) AS sole
FROM counted_zone
