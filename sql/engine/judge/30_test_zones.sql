-- what:   For each zone on or beside a patch and each notion of its layer: does the zone meet it?
--         A widened zone is asked only of the notions that widen by as much. Null is unknown, and
--         why says what is missing; subject_gap says that only the user of the ground is not
--         known.
-- reads:  chunk_patch, chunk_hit, chunk_zone, chunk_near, spatial_notion, spatial_notiontest
-- writes: chunk_zone_answer
-- params: -
CREATE TEMPORARY TABLE chunk_zone_answer ON COMMIT DROP AS
WITH found_pair AS (
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

pair AS MATERIALIZED (
    SELECT
        row_number() OVER () AS pair_no,
        found_pair.*,
        patch.ruleset_id,
        patch.subject_id,
        patch.facts
    FROM found_pair
    INNER JOIN chunk_patch AS patch ON found_pair.assessment_id = patch.assessment_id
),

asked AS MATERIALIZED (
    SELECT pair.pair_no, notion.id AS notion_id, notion.own
    FROM pair
    INNER JOIN spatial_notion AS notion
        ON
            pair.ruleset_id = notion.ruleset_id
            AND pair.layer_id = notion.layer_id
            -- the zone itself lies within what it is widened to
            AND (pair.within_m = 0 OR pair.within_m = notion.within_m)
),

-- each test is answered once
answered AS MATERIALIZED (
    SELECT
        told.pair_no,
        told.notion_id,
        told.seq,
        told.answer,
        CASE
            WHEN told.answer IS NULL
                THEN
                    test_gap(
                        told.text, told."left", told."right", told.facts, told.attributes,
                        told.layer_id
                    )
        END AS why
    FROM (
        SELECT
            asked.pair_no,
            asked.notion_id,
            pair.facts,
            pair.attributes,
            pair.layer_id,
            test.seq,
            test.text,
            test."left",
            test."right",
            test_answer(
                test.op, test.kind, test.negate, test."left", test."right",
                pair.facts, pair.attributes
            ) AS answer
        FROM asked
        INNER JOIN pair ON asked.pair_no = pair.pair_no
        INNER JOIN spatial_notiontest AS test ON asked.notion_id = test.notion_id
        OFFSET 0
    ) AS told
),

-- why is put in order afterwards, where there is any: sorting within each group is dear
summed AS (
    SELECT
        answered.pair_no,
        answered.notion_id,
        count(*) FILTER (WHERE answered.answer IS FALSE) AS no_count,
        count(*) FILTER (WHERE answered.answer IS NULL) AS unknown_count,
        jsonb_object_agg(answered.seq, answered.why) FILTER (WHERE answered.answer IS NULL) AS why
    FROM answered
    GROUP BY answered.pair_no, answered.notion_id
),

tested AS (
    SELECT
        pair.assessment_id,
        pair.zone_id,
        pair.layer_id,
        pair.holder_id,
        pair.subject_id,
        asked.notion_id,
        asked.own,
        all_hold(coalesce(summed.no_count, 0), coalesce(summed.unknown_count, 0)) AS answer,
        CASE
            WHEN summed.why IS NULL THEN '[]'::jsonb
            ELSE
                (
                    SELECT jsonb_agg(one.value ORDER BY one.key::integer)
                    FROM jsonb_each(summed.why) AS one
                )
        END AS why
    FROM asked
    INNER JOIN pair ON asked.pair_no = pair.pair_no
    LEFT JOIN summed ON asked.pair_no = summed.pair_no AND asked.notion_id = summed.notion_id
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
