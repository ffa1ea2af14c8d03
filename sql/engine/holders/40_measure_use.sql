-- what:   Per judged patch of each holder and group of its ruleset: what the run stored of the
--         group, and, measured as the ruleset's [group] says, the bounds of what the holder had
--         used up to and with this patch and of what it is entitled to (a zone in doubt is
--         entitled to at most, not at least). Layers that were missing are named.
-- reads:  holder_use, spatial_patch, spatial_assessment, spatial_run, spatial_rulesetversion,
--         spatial_runpin, spatial_notion, spatial_notionleaf, spatial_notiontest, spatial_zone,
--         spatial_datasetversion, zone_part
-- writes: -
-- params: -
WITH asked AS MATERIALIZED (
    SELECT
        own.holder_id,
        own.seq,
        own.assessment_id,
        assessment.facts,
        assessment.gaps,
        run.id AS run_id,
        run.known_at,
        run.ruleset_id,
        CASE
            WHEN jsonb_typeof(assessment.facts -> 'act_to') = 'object'
                THEN (assessment.facts #>> '{act_to,to}')::date
            ELSE coalesce((assessment.facts ->> 'act_to')::date, run.as_of)
        END AS act_to,
        grouped.key AS group_name,
        grouped.value AS grouping,
        (
            SELECT ST_SetSRID(ST_Extent(mine.geom)::geometry, 4490)
            FROM holder_use AS held
            INNER JOIN spatial_patch AS mine ON held.patch_id = mine.id
            WHERE held.holder_id = own.holder_id AND held.seq <= own.seq
        ) AS around
    FROM holder_use AS own
    INNER JOIN spatial_assessment AS assessment ON own.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    CROSS JOIN LATERAL jsonb_each(coalesce(ruleset.settings -> 'groups', '{}'::jsonb)) AS grouped
),

-- zones that a notion of the group may hold for; true or in doubt
tested AS MATERIALIZED (
    SELECT
        asked.assessment_id,
        asked.group_name,
        named.part AS role,
        named.notion_code,
        zone.id AS zone_id,
        zone.version_id,
        verdict.answer
    FROM asked
    CROSS JOIN LATERAL (
        SELECT 'entitled' AS part, code.value AS notion_code
        FROM jsonb_array_elements_text(asked.grouping -> 'entitled') AS code
        UNION ALL
        SELECT limits.part, code.value
        FROM (VALUES ('inside'), ('outside')) AS limits (part)
        CROSS JOIN
            jsonb_array_elements_text(
                coalesce(asked.grouping -> 'used' -> limits.part, '[]'::jsonb)
            ) AS code
    ) AS named
    INNER JOIN spatial_notion AS whole
        ON asked.ruleset_id = whole.ruleset_id AND named.notion_code = whole.code
    INNER JOIN spatial_notionleaf AS leaf ON whole.id = leaf.notion_id
    INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
    INNER JOIN spatial_zone AS zone
        ON
            notion.layer_id = zone.layer_id
            AND (NOT notion.own OR zone.holder_id = asked.holder_id)
            AND (zone.recorded_from IS NULL OR zone.recorded_from <= asked.known_at)
            AND (zone.recorded_until IS NULL OR zone.recorded_until > asked.known_at)
            -- what limits the use of patches alone is asked about where they lie
            AND (
                named.part = 'entitled'
                OR asked.grouping -> 'used' ? 'layers'
                OR zone.geom && asked.around
            )
    INNER JOIN spatial_runpin AS pin
        ON zone.version_id = pin.version_id AND asked.run_id = pin.run_id
    CROSS JOIN LATERAL (
        SELECT
            all_hold(
                count(*) FILTER (WHERE outcome.answer IS FALSE),
                count(*) FILTER (WHERE outcome.answer IS NULL)
            ) AS answer
        FROM (
            SELECT
                test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    asked.facts, zone.attributes
                ) AS answer
            FROM spatial_notiontest AS test
            WHERE test.notion_id = notion.id
        ) AS outcome
    ) AS verdict
    WHERE verdict.answer IS NOT FALSE
),

covered AS MATERIALIZED (
    SELECT
        tested.assessment_id,
        tested.group_name,
        tested.role,
        tested.notion_code,
        ST_Union(part.ground) FILTER (WHERE tested.answer) AS sure,
        ST_Union(part.ground) AS possible
    FROM tested
    INNER JOIN zone_part AS part
        ON tested.version_id = part.version_id AND tested.zone_id = part.zone_id
    GROUP BY tested.assessment_id, tested.group_name, tested.role, tested.notion_code
),

used AS MATERIALIZED (
    SELECT
        asked.assessment_id,
        asked.group_name,
        ST_Union(piece.ground) AS ground
    FROM asked
    CROSS JOIN LATERAL (
        SELECT patch.ground
        FROM holder_use AS earlier
        INNER JOIN spatial_patch AS patch ON earlier.patch_id = patch.id
        WHERE earlier.holder_id = asked.holder_id AND earlier.seq <= asked.seq
        UNION ALL
        SELECT part.ground
        FROM spatial_zone AS zone
        INNER JOIN spatial_runpin AS pin
            ON zone.version_id = pin.version_id AND pin.run_id = asked.run_id
        INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
        INNER JOIN zone_part AS part
            ON zone.version_id = part.version_id AND zone.id = part.zone_id
        WHERE
            zone.holder_id = asked.holder_id
            AND asked.grouping -> 'used' -> 'layers' ? zone.layer_id::text
            AND (zone.recorded_from IS NULL OR zone.recorded_from <= asked.known_at)
            AND (zone.recorded_until IS NULL OR zone.recorded_until > asked.known_at)
            AND (version.valid_from IS NULL OR version.valid_from <= asked.act_to)
            -- of a snapshot, the newest version when the act ended
            AND NOT EXISTS (
                SELECT 1
                FROM spatial_datasetversion AS newer
                INNER JOIN spatial_runpin AS newer_pin
                    ON newer.id = newer_pin.version_id AND newer_pin.run_id = asked.run_id
                WHERE
                    newer.layer_id = version.layer_id
                    AND newer.region_id = version.region_id
                    AND newer.valid_from <= asked.act_to
                    AND (newer.valid_from, newer.id) > (version.valid_from, version.id)
            )
    ) AS piece
    GROUP BY asked.assessment_id, asked.group_name
)

SELECT
    asked.assessment_id,
    asked.group_name,
    jsonb_build_object(
        'used_m2', asked.facts -> ('group.' || asked.group_name || '.used_m2'),
        'entitled_m2', asked.facts -> ('group.' || asked.group_name || '.entitled_m2'),
        'excess_m2', asked.facts -> ('group.' || asked.group_name || '.excess_m2')
    ) AS stored,
    round(coalesce(own.least_m2, 0)::numeric, 2) AS entitled_least_m2,
    round(coalesce(own.most_m2, 0)::numeric, 2) AS entitled_most_m2,
    round(coalesce(bounds.least_m2, 0)::numeric, 2) AS used_least_m2,
    round(coalesce(bounds.most_m2, 0)::numeric, 2) AS used_most_m2,
    (
        SELECT count(*) > 0
        FROM jsonb_array_elements(asked.gaps) AS gap
        WHERE asked.grouping -> 'used' -> 'layers' ? (gap.value ->> 'layer')
    ) AS used_is_partial,
    (
        SELECT count(*) > 0
        FROM jsonb_array_elements(asked.gaps) AS gap
        INNER JOIN spatial_notion AS notion
            ON
                asked.ruleset_id = notion.ruleset_id
                AND notion.layer_id = gap.value ->> 'layer'
                AND asked.grouping -> 'entitled' ? notion.code::text
    ) AS entitled_is_partial
FROM asked
INNER JOIN used
    ON asked.assessment_id = used.assessment_id AND asked.group_name = used.group_name
CROSS JOIN LATERAL (
    SELECT
        area_m2(ST_Union(granted.sure)) AS least_m2,
        area_m2(ST_Union(granted.possible)) AS most_m2
    FROM covered AS granted
    WHERE
        granted.assessment_id = asked.assessment_id
        AND granted.group_name = asked.group_name
        AND granted.role = 'entitled'
) AS own
CROSS JOIN LATERAL (
    SELECT
        array_agg(coalesce(limits.sure, nowhere.ground)) AS sure,
        array_agg(coalesce(limits.possible, nowhere.ground)) AS possible
    FROM jsonb_array_elements_text(coalesce(asked.grouping -> 'used' -> 'inside', '[]'::jsonb))
        AS code
    CROSS JOIN (SELECT ST_GeomFromText('POLYGON EMPTY', 990003) AS ground) AS nowhere
    LEFT JOIN covered AS limits
        ON
            asked.assessment_id = limits.assessment_id
            AND asked.group_name = limits.group_name
            AND limits.role = 'inside'
            AND code.value = limits.notion_code
) AS inside
CROSS JOIN LATERAL (
    SELECT
        array_agg(limits.sure) FILTER (WHERE limits.sure IS NOT NULL) AS sure,
        array_agg(limits.possible) AS possible
    FROM covered AS limits
    WHERE
        limits.assessment_id = asked.assessment_id
        AND limits.group_name = asked.group_name
        AND limits.role = 'outside'
) AS beyond
CROSS JOIN LATERAL (
    SELECT
        area_m2(within_limits(used.ground, inside.sure, beyond.possible)) AS least_m2,
        area_m2(within_limits(used.ground, inside.possible, beyond.sure)) AS most_m2
) AS bounds
ORDER BY asked.holder_id, asked.seq, asked.group_name
