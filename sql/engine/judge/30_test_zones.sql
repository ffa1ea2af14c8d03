-- what:   For each zone on or beside a patch and each notion of its layer: does the zone meet it?
--         Null is unknown; subject_gap says that only the user of the ground is not known.
-- reads:  chunk_patch, chunk_hit, chunk_zone, chunk_near, spatial_notion, spatial_notiontest
-- writes: chunk_zone_answer
-- params: -
CREATE TEMPORARY TABLE chunk_zone_answer ON COMMIT DROP AS
WITH pair AS (
    SELECT hit.assessment_id, zone.zone_id, zone.layer_id, zone.holder_id, zone.attributes
    FROM (
        SELECT DISTINCT found.assessment_id, found.zone_id
        FROM chunk_hit AS found
    ) AS hit
    INNER JOIN chunk_zone AS zone ON hit.zone_id = zone.zone_id
    UNION ALL
    SELECT
        near_zone.assessment_id,
        near_zone.zone_id,
        near_zone.layer_id,
        near_zone.holder_id,
        near_zone.attributes
    FROM chunk_near AS near_zone
    WHERE NOT EXISTS (
        SELECT 1
        FROM chunk_hit AS found
        WHERE
            found.assessment_id = near_zone.assessment_id
            AND found.zone_id = near_zone.zone_id
    )
),

tested AS (
    SELECT
        pair.assessment_id,
        pair.zone_id,
        pair.holder_id,
        patch.subject_id,
        notion.id AS notion_id,
        notion.own,
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.test_id IS NOT NULL AND outcome.answer IS NULL)
        ) AS answer
    FROM pair
    INNER JOIN chunk_patch AS patch ON pair.assessment_id = patch.assessment_id
    INNER JOIN spatial_notion AS notion
        ON patch.ruleset_id = notion.ruleset_id AND pair.layer_id = notion.layer_id
    LEFT JOIN LATERAL (
        SELECT
            test.id AS test_id,
            test_answer(
                test.op, test.kind, test.negate, test."left", test."right",
                patch.facts, pair.attributes
            ) AS answer
        FROM spatial_notiontest AS test
        WHERE test.notion_id = notion.id
    ) AS outcome ON TRUE
    GROUP BY
        pair.assessment_id, pair.zone_id, pair.holder_id, patch.subject_id, notion.id, notion.own
)

SELECT
    tested.assessment_id,
    tested.zone_id,
    tested.notion_id,
    CASE
        WHEN NOT tested.own OR tested.answer IS FALSE THEN tested.answer
        WHEN tested.subject_id IS NULL OR tested.holder_id IS NULL THEN NULL
        WHEN tested.subject_id <> tested.holder_id THEN FALSE
        ELSE tested.answer
    END AS answer,
    coalesce(
        tested.own AND tested.answer AND (tested.subject_id IS NULL OR tested.holder_id IS NULL),
        FALSE
    ) AS subject_gap
FROM tested
