-- what:   Each mark: yes where enough ground surely meets it, no where not even the doubtful
--         ground would be enough, else no data. Net areas take off 田坎; where
--         its coefficient was not delivered, the ground counts as doubtful.
-- reads:  chunk_patch, chunk_piece, chunk_verdict, chunk_piece_notion, spatial_rule,
--         spatial_ruleplace, spatial_ruletest
-- writes: spatial_assessmentmark
-- params: -
INSERT INTO spatial_assessmentmark (
    assessment_id, code, term, severity, answer, area_m2, unknown_m2, net
)
WITH asked AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.facts,
        patch.act_from,
        patch.act_to,
        rule.id AS rule_id,
        rule.code,
        rule.term,
        rule.severity,
        rule.part,
        rule.from_on,
        rule.until_on,
        coalesce((rule.part ->> 'net')::boolean, FALSE) AS net,
        coalesce((rule.part ->> 'at_least_m2')::numeric, 0) AS floor_m2,
        -- the law changed within the window of the act, or may have: an end of it is not known
        (rule.from_on IS NOT NULL AND coalesce(patch.act_from < rule.from_on, TRUE))
        OR (rule.until_on IS NOT NULL AND coalesce(patch.act_to >= rule.until_on, TRUE))
            AS law_changed
    FROM chunk_patch AS patch
    INNER JOIN spatial_rule AS rule
        ON patch.ruleset_id = rule.ruleset_id AND rule.action = 'mark'
    WHERE
        (rule.from_on IS NULL OR patch.act_to IS NULL OR patch.act_to >= rule.from_on)
        AND (rule.until_on IS NULL OR patch.act_from IS NULL OR patch.act_from < rule.until_on)
),

-- what of a rule's places holds on a piece, from the notions that hold there: most do not
matched AS MATERIALIZED (
    SELECT
        member.assessment_id,
        member.seq,
        place.rule_id,
        count(*) FILTER (WHERE place.relation = 'inside') AS inside_count,
        count(*) FILTER (WHERE place.relation = 'outside' AND member.answer) AS outside_count,
        count(*) FILTER (WHERE member.answer IS NULL) AS unknown_count,
        min(member.net_m2) AS net_m2,
        bool_or(member.net_unknown) AS net_unknown
    FROM chunk_piece_notion AS member
    INNER JOIN spatial_ruleplace AS place
        ON member.notion_id = place.notion_id AND place.relation IN ('inside', 'outside')
    INNER JOIN spatial_rule AS rule ON place.rule_id = rule.id AND rule.action = 'mark'
    GROUP BY member.assessment_id, member.seq, place.rule_id
),

placed AS MATERIALIZED (
    SELECT place.rule_id, count(*) AS inside_count
    FROM spatial_ruleplace AS place
    WHERE place.relation = 'inside'
    GROUP BY place.rule_id
),

judged AS MATERIALIZED (
    SELECT
        piece.assessment_id,
        piece.seq,
        piece.area_m2,
        coalesce(verdict.conclusion_class, 'unknown') AS class
    FROM chunk_piece AS piece
    INNER JOIN chunk_verdict AS verdict
        ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
),

-- by numbers alone; pieces that surely do not meet a rule are left out
met AS MATERIALIZED (
    SELECT
        asked.assessment_id,
        asked.rule_id,
        CASE WHEN asked.net THEN coalesce(matched.net_m2, judged.area_m2) ELSE judged.area_m2 END
            AS m2,
        all_hold(
            0,
            coalesce(matched.unknown_count, 0)
            + CASE
                WHEN
                    jsonb_typeof(asked.part -> 'class') = 'array'
                    AND NOT asked.part -> 'class' ? 'unknown'
                    AND judged.class = 'unknown'
                    THEN 1
                ELSE 0
            END
            + CASE WHEN asked.law_changed THEN 1 ELSE 0 END
            + CASE WHEN asked.net AND coalesce(matched.net_unknown, FALSE) THEN 1 ELSE 0 END
        ) AS answer
    FROM asked
    INNER JOIN judged ON asked.assessment_id = judged.assessment_id
    LEFT JOIN placed ON asked.rule_id = placed.rule_id
    LEFT JOIN matched
        ON
            judged.assessment_id = matched.assessment_id
            AND judged.seq = matched.seq
            AND asked.rule_id = matched.rule_id
    WHERE
        asked.part IS NOT NULL
        AND coalesce(matched.inside_count, 0) = coalesce(placed.inside_count, 0)
        AND coalesce(matched.outside_count, 0) = 0
        AND (
            jsonb_typeof(asked.part -> 'class') IS DISTINCT FROM 'array'
            OR asked.part -> 'class' ? judged.class
            OR judged.class = 'unknown'
        )
),

counted AS (
    SELECT
        met.assessment_id,
        met.rule_id,
        coalesce(sum(met.m2) FILTER (WHERE met.answer), 0) AS yes_m2,
        coalesce(sum(met.m2) FILTER (WHERE met.answer IS NULL), 0) AS unknown_m2
    FROM met
    GROUP BY met.assessment_id, met.rule_id
),

summed AS (
    SELECT
        asked.assessment_id,
        asked.code,
        asked.term,
        asked.severity,
        asked.floor_m2,
        asked.net,
        coalesce(counted.yes_m2, 0) AS yes_m2,
        coalesce(counted.unknown_m2, 0) AS unknown_m2
    FROM asked
    LEFT JOIN counted
        ON asked.assessment_id = counted.assessment_id AND asked.rule_id = counted.rule_id
    WHERE asked.part IS NOT NULL
),

-- each test is answered once
outcome AS MATERIALIZED (
    SELECT
        asked.assessment_id,
        asked.rule_id,
        test_answer(
            test.op, test.kind, test.negate, test."left", test."right",
            asked.facts, '{}'::jsonb
        ) AS answer
    FROM asked
    INNER JOIN spatial_ruletest AS test ON asked.rule_id = test.rule_id
),

tested AS (
    SELECT
        asked.assessment_id,
        asked.code,
        asked.term,
        asked.severity,
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.answer IS NULL)
            + CASE WHEN asked.law_changed THEN 1 ELSE 0 END
        ) AS answer
    FROM asked
    INNER JOIN outcome
        ON asked.assessment_id = outcome.assessment_id AND asked.rule_id = outcome.rule_id
    GROUP BY
        asked.assessment_id, asked.rule_id, asked.code, asked.term, asked.severity,
        asked.law_changed
)

-- one or the other, never joined: a mark either measures ground or tests the patch
SELECT
    summed.assessment_id,
    summed.code,
    summed.term,
    summed.severity,
    CASE
        WHEN summed.yes_m2 >= summed.floor_m2 AND summed.yes_m2 > 0 THEN TRUE
        WHEN
            summed.unknown_m2 > 0 AND summed.yes_m2 + summed.unknown_m2 >= summed.floor_m2
            THEN NULL
        ELSE FALSE
    END AS answer,
    summed.yes_m2,
    summed.unknown_m2,
    summed.net
FROM summed
UNION ALL
SELECT
    tested.assessment_id,
    tested.code,
    tested.term,
    tested.severity,
    tested.answer,
    0,
    0,
    FALSE
FROM tested
ORDER BY assessment_id, code
