-- what:   What of each concluding rule is asked of the patch as a whole: its dates in force
--         against the act, its tests, and what the patch must adjoin.
-- reads:  chunk_patch, chunk_place, chunk_version, chunk_near, chunk_zone_answer, spatial_region,
--         spatial_rule, spatial_ruletest, spatial_ruleplace, spatial_notion,
--         spatial_notionleaf, spatial_rulesetversion
-- writes: chunk_rule
-- params: -
CREATE TEMPORARY TABLE chunk_rule ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.subject_id,
        patch.facts,
        patch.act_from,
        patch.act_to,
        rule.id AS rule_id,
        rule.rank,
        rule.code,
        rule.rule_class,
        rule.from_on,
        rule.until_on
    FROM chunk_patch AS patch
    INNER JOIN spatial_rule AS rule
        ON patch.ruleset_id = rule.ruleset_id AND rule.action = 'conclude'
),

-- as on pieces (step 40): a snapshot notion must hold beside in each version of the window
counted AS MATERIALIZED (
    SELECT
        place.assessment_id,
        version.window_id,
        version.layer_id,
        version.policy,
        version.version_id,
        count(*) OVER (
            PARTITION BY
                place.assessment_id, version.window_id, version.layer_id, version.policy
        ) AS version_count
    FROM chunk_place AS place
    INNER JOIN chunk_version AS version ON place.window_id = version.window_id
    WHERE version.policy <> ''
),

beside_by_version AS (
    SELECT
        near_zone.assessment_id,
        part.notion_id,
        leaf.layer_id,
        leaf.version_policy AS policy,
        counted.window_id,
        counted.version_id,
        counted.version_count,
        any_holds(
            count(*) FILTER (WHERE outcome.answer), count(*) FILTER (WHERE outcome.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(outcome.subject_gap) FILTER (WHERE outcome.answer IS NULL), FALSE)
            AS subject_gap,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(outcome.why ORDER BY outcome.zone_id)
                FILTER (WHERE outcome.answer IS NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS why
    FROM chunk_near AS near_zone
    INNER JOIN chunk_patch AS patch ON near_zone.assessment_id = patch.assessment_id
    INNER JOIN chunk_zone_answer AS outcome
        ON
            near_zone.assessment_id = outcome.assessment_id
            AND near_zone.zone_id = outcome.zone_id
    INNER JOIN spatial_notion AS leaf
        ON
            outcome.notion_id = leaf.id
            AND near_zone.distance_m
            <= patch.adjoin_m + leaf.within_m
    INNER JOIN spatial_notionleaf AS part ON leaf.id = part.leaf_id
    LEFT JOIN counted
        ON
            near_zone.assessment_id = counted.assessment_id
            AND near_zone.version_id = counted.version_id
            AND leaf.layer_id = counted.layer_id
            AND leaf.version_policy = counted.policy
    -- a version read for another policy says nothing here
    WHERE
        (leaf.version_policy = '' OR counted.version_id IS NOT NULL)
        AND part.notion_id = ANY(
            ARRAY(
                SELECT place.notion_id
                FROM spatial_ruleplace AS place
                WHERE place.relation = 'adjoins'
            )
        )
    GROUP BY
        near_zone.assessment_id, part.notion_id, leaf.layer_id, leaf.version_policy,
        counted.window_id, counted.version_id, counted.version_count
),

beside_by_layer AS (
    SELECT
        dated.assessment_id,
        dated.notion_id,
        CASE
            WHEN
                count(*) FILTER (WHERE dated.answer) >= coalesce(dated.version_count, 1)
                THEN TRUE
            WHEN bool_or(dated.answer IS NOT FALSE) THEN NULL
            ELSE FALSE
        END AS answer,
        coalesce(bool_and(dated.subject_gap) FILTER (WHERE dated.answer IS NULL), FALSE)
        AND NOT coalesce(bool_or(dated.answer), FALSE) AS subject_gap,
        jsonb_path_query_array(jsonb_agg(dated.why ORDER BY dated.version_id), '$[*][*]')
        || CASE
            WHEN coalesce(bool_or(dated.answer), FALSE)
                THEN
                    jsonb_build_array(
                        jsonb_build_object(
                            'kind', 'versions_differ',
                            'layer', dated.layer_id,
                            'policy', dated.policy,
                            'yes_in',
                            jsonb_agg(dated.version_id ORDER BY dated.version_id)
                            FILTER (WHERE dated.answer)
                        )
                    )
            ELSE '[]'::jsonb
        END AS why
    FROM beside_by_version AS dated
    GROUP BY
        dated.assessment_id, dated.notion_id, dated.layer_id, dated.policy, dated.window_id,
        dated.version_count
),

beside AS MATERIALIZED (
    SELECT
        layered.assessment_id,
        layered.notion_id,
        count(*) FILTER (WHERE layered.answer) AS yes_count,
        count(*) FILTER (WHERE layered.answer IS NULL) AS unknown_count,
        coalesce(bool_and(layered.subject_gap) FILTER (WHERE layered.answer IS NULL), FALSE)
            AS subject_gap,
        coalesce(
            jsonb_path_query_array(
                jsonb_agg(layered.why ORDER BY layered.why)
                FILTER (WHERE layered.answer IS NULL), '$[*][*]'
            ), '[]'::jsonb
        ) AS why
    FROM beside_by_layer AS layered
    GROUP BY layered.assessment_id, layered.notion_id
),

lacking AS MATERIALIZED (
    SELECT
        located.assessment_id,
        chosen.layer_id,
        chosen.policy,
        jsonb_agg(
            jsonb_build_object(
                'kind', 'no_layer',
                'layer', chosen.layer_id,
                'policy', chosen.policy,
                'county', region.name
            ) ORDER BY region.code
        ) AS why
    FROM chunk_place AS located
    INNER JOIN chunk_version AS chosen
        ON located.window_id = chosen.window_id AND chosen.version_id IS NULL
    INNER JOIN spatial_region AS region ON located.county_id = region.id
    GROUP BY located.assessment_id, chosen.layer_id, chosen.policy
),

lacking_notion AS MATERIALIZED (
    SELECT
        lacking.assessment_id,
        part.notion_id,
        jsonb_path_query_array(jsonb_agg(lacking.why ORDER BY lacking.why), '$[*][*]') AS why
    FROM lacking
    INNER JOIN chunk_patch AS patch ON lacking.assessment_id = patch.assessment_id
    INNER JOIN spatial_notion AS leaf
        ON
            patch.ruleset_id = leaf.ruleset_id
            AND lacking.layer_id = leaf.layer_id
            AND lacking.policy = leaf.version_policy
    INNER JOIN spatial_notionleaf AS part ON leaf.id = part.leaf_id
    GROUP BY lacking.assessment_id, part.notion_id
),

-- the fields of patches without which a ruleset draws no conclusion, where they are missing
unmet AS MATERIALIZED (
    SELECT patch.assessment_id, needed.field
    FROM (
        SELECT ruleset.id, listed.field
        FROM spatial_rulesetversion AS ruleset
        CROSS JOIN LATERAL jsonb_array_elements_text(ruleset.settings -> 'needs') AS listed (field)
        WHERE
            ruleset.id = ANY(ARRAY(SELECT DISTINCT patch.ruleset_id FROM chunk_patch AS patch))
            AND starts_with(listed.field, 'patch.')
        OFFSET 0
    ) AS needed
    INNER JOIN chunk_patch AS patch ON needed.id = patch.ruleset_id
    WHERE NOT patch.facts ? needed.field
),

answer AS (
    -- the law's own dates: in force, not, or changed within the window of the act
    SELECT
        asked.assessment_id,
        asked.rule_id,
        CASE
            WHEN asked.act_to < asked.from_on OR asked.act_from >= asked.until_on THEN FALSE
            WHEN
                (asked.from_on IS NULL OR asked.act_from >= asked.from_on)
                AND (asked.until_on IS NULL OR asked.act_to < asked.until_on)
                THEN TRUE
        END AS answer,
        FALSE AS subject_gap,
        '施行日期' AS missing,
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'law_changed', 'from', asked.from_on, 'until', asked.until_on
            )
        ) AS why
    FROM asked
    WHERE asked.from_on IS NOT NULL OR asked.until_on IS NOT NULL
    UNION ALL
    -- a field of the patch without which the ruleset draws no conclusion
    SELECT
        asked.assessment_id,
        asked.rule_id,
        NULL,
        FALSE,
        '缺字段 ' || needed.field,
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'no_field',
                'layer', 'patch',
                'field', split_part(needed.field, '.', 2)
            )
        )
    FROM asked
    INNER JOIN unmet AS needed ON asked.assessment_id = needed.assessment_id
    UNION ALL
    SELECT
        tested.assessment_id,
        tested.rule_id,
        tested.answer,
        tested.answer IS NULL AND tested.subject_id IS NULL AND tested.about_group,
        tested.text,
        CASE
            WHEN tested.answer IS NOT NULL THEN '[]'::jsonb
            WHEN tested.subject_id IS NULL AND tested.about_group
                THEN '[{"kind": "subject"}]'::jsonb
            ELSE
                jsonb_build_array(
                    test_gap(
                        tested.text, tested."left", tested."right", tested.facts, '{}'::jsonb, ''
                    )
                )
        END
    FROM (
        SELECT
            asked.assessment_id,
            asked.rule_id,
            asked.subject_id,
            asked.facts,
            test."left",
            test."right",
            test.text,
            position('group.' IN test.text) > 0 AS about_group,
            test_answer(
                test.op, test.kind, test.negate, test."left", test."right",
                asked.facts, '{}'::jsonb
            ) AS answer
        FROM asked
        INNER JOIN spatial_ruletest AS test ON asked.rule_id = test.rule_id
        -- each test is answered once
        OFFSET 0
    ) AS tested
    UNION ALL
    SELECT
        asked.assessment_id,
        asked.rule_id,
        any_holds(
            coalesce(beside.yes_count, 0),
            coalesce(beside.unknown_count, 0)
            + CASE WHEN lacking_notion.assessment_id IS NULL THEN 0 ELSE 1 END
        ),
        coalesce(beside.subject_gap, FALSE) AND lacking_notion.assessment_id IS NULL,
        '相邻 ' || notion.term,
        coalesce(beside.why, '[]'::jsonb) || coalesce(lacking_notion.why, '[]'::jsonb)
    FROM asked
    INNER JOIN spatial_ruleplace AS place
        ON asked.rule_id = place.rule_id AND place.relation = 'adjoins'
    INNER JOIN spatial_notion AS notion ON place.notion_id = notion.id
    LEFT JOIN beside
        ON asked.assessment_id = beside.assessment_id AND notion.id = beside.notion_id
    LEFT JOIN lacking_notion
        ON
            asked.assessment_id = lacking_notion.assessment_id
            AND notion.id = lacking_notion.notion_id
),

-- by numbers alone, and what is missing put in order afterwards, where there is any: sorting within
-- each group, or by the words of each rule, is dear
summed AS (
    SELECT
        answer.assessment_id,
        answer.rule_id,
        all_hold(
            count(*) FILTER (WHERE answer.answer IS FALSE),
            count(*) FILTER (WHERE answer.answer IS NULL)
        ) AS answer,
        coalesce(bool_and(answer.subject_gap) FILTER (WHERE answer.answer IS NULL), FALSE)
            AS subject_gap,
        jsonb_agg(jsonb_build_array(answer.missing, answer.why))
        FILTER (WHERE answer.answer IS NULL) AS missing
    FROM answer
    GROUP BY answer.assessment_id, answer.rule_id
)

SELECT
    asked.assessment_id,
    asked.rule_id,
    asked.rank,
    asked.code,
    asked.rule_class,
    CASE WHEN summed.rule_id IS NULL THEN TRUE ELSE summed.answer END AS answer,
    coalesce(summed.subject_gap, FALSE) AS subject_gap,
    CASE
        WHEN summed.missing IS NULL THEN '[]'::jsonb
        ELSE
            (
                SELECT jsonb_agg(one -> 0 ORDER BY one ->> 0)
                FROM jsonb_array_elements(summed.missing) AS one
            )
    END AS missing,
    CASE
        WHEN summed.missing IS NULL THEN '[]'::jsonb
        ELSE
            (
                SELECT jsonb_path_query_array(jsonb_agg(one -> 1 ORDER BY one ->> 0), '$[*][*]')
                FROM jsonb_array_elements(summed.missing) AS one
            )
    END AS why
FROM asked
LEFT JOIN summed
    ON asked.assessment_id = summed.assessment_id AND asked.rule_id = summed.rule_id
