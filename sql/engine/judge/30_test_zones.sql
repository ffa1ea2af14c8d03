-- what:   For each zone on or beside a patch and each notion of its layer: does the zone meet it?
--         A widened zone is asked only of the notions that widen by as much. Null is unknown, and
--         why says what is missing; subject_gap says that only the user of the ground is not
--         known.
-- reads:  chunk_patch, chunk_hit, chunk_zone, chunk_near, spatial_notion, spatial_notiontest
-- writes: chunk_zone_answer
-- params: -
CREATE TEMPORARY TABLE chunk_zone_answer ON COMMIT DROP AS
WITH pair AS (
    SELECT
        hit.assessment_id, zone.zone_id, zone.layer_id, zone.holder_id, zone.attributes,
        zone.within_m
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
        near_zone.attributes,
        0
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
        pair.layer_id,
        pair.holder_id,
        patch.subject_id,
        notion.id AS notion_id,
        notion.own,
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.test_id IS NOT NULL AND outcome.answer IS NULL)
        ) AS answer,
        coalesce(
            jsonb_agg(outcome.why ORDER BY outcome.seq)
            FILTER (WHERE outcome.test_id IS NOT NULL AND outcome.answer IS NULL), '[]'::jsonb
        ) AS why
    FROM pair
    INNER JOIN chunk_patch AS patch ON pair.assessment_id = patch.assessment_id
    INNER JOIN spatial_notion AS notion
        ON
            patch.ruleset_id = notion.ruleset_id
            AND pair.layer_id = notion.layer_id
            -- the zone itself lies within what it is widened to
            AND (pair.within_m = 0 OR pair.within_m = notion.within_m)
    LEFT JOIN LATERAL (
        SELECT
            asked.test_id,
            asked.seq,
            asked.answer,
            CASE
                WHEN asked.answer IS NULL
                    THEN
                        test_gap(
                            asked.text, asked."left", asked."right", patch.facts,
                            pair.attributes, pair.layer_id
                        )
            END AS why
        FROM (
            SELECT
                test.id AS test_id,
                test.seq,
                test.text,
                test."left",
                test."right",
                test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    patch.facts, pair.attributes
                ) AS answer
            FROM spatial_notiontest AS test
            WHERE test.notion_id = notion.id
            -- each test is answered once
            OFFSET 0
        ) AS asked
    ) AS outcome ON TRUE
    GROUP BY
        pair.assessment_id, pair.zone_id, pair.layer_id, pair.holder_id, patch.subject_id,
        notion.id, notion.own
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
    ) AS subject_gap,
    CASE
        WHEN tested.own AND tested.answer
            THEN
                CASE
                    WHEN tested.subject_id IS NULL THEN '[{"kind": "subject"}]'::jsonb
                    ELSE
                        jsonb_build_array(
                            jsonb_build_object('kind', 'zone_holder', 'layer', tested.layer_id)
                        )
                END
        ELSE tested.why
    END AS why
FROM tested
