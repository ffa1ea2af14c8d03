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
WITH asked AS (
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

met AS (
    SELECT
        asked.assessment_id,
        asked.rule_id,
        asked.code,
        asked.term,
        asked.severity,
        asked.floor_m2,
        asked.net,
        CASE WHEN asked.net THEN coalesce(min(member.net_m2), piece.area_m2) ELSE piece.area_m2 END
            AS m2,
        all_hold(
            count(*) FILTER (
                WHERE
                (place.relation = 'inside' AND member.seq IS NULL)
                OR (place.relation = 'outside' AND member.answer)
            )
            + CASE
                WHEN jsonb_typeof(asked.part -> 'class') IS DISTINCT FROM 'array' THEN 0
                WHEN asked.part -> 'class' ? coalesce(verdict.conclusion_class, 'unknown') THEN 0
                WHEN coalesce(verdict.conclusion_class, 'unknown') = 'unknown' THEN 0
                ELSE 1
            END,
            count(*) FILTER (WHERE member.seq IS NOT NULL AND member.answer IS NULL)
            + CASE
                WHEN
                    jsonb_typeof(asked.part -> 'class') = 'array'
                    AND NOT asked.part -> 'class' ? 'unknown'
                    AND coalesce(verdict.conclusion_class, 'unknown') = 'unknown'
                    THEN 1
                ELSE 0
            END
            + CASE WHEN asked.law_changed THEN 1 ELSE 0 END
            + CASE
                WHEN asked.net AND coalesce(bool_or(member.net_unknown), FALSE) THEN 1
                ELSE 0
            END
        ) AS answer
    FROM asked
    INNER JOIN chunk_piece AS piece ON asked.assessment_id = piece.assessment_id
    INNER JOIN chunk_verdict AS verdict
        ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
    LEFT JOIN spatial_ruleplace AS place
        ON asked.rule_id = place.rule_id AND place.relation IN ('inside', 'outside')
    LEFT JOIN chunk_piece_notion AS member
        ON
            piece.assessment_id = member.assessment_id
            AND piece.seq = member.seq
            AND place.notion_id = member.notion_id
    WHERE asked.part IS NOT NULL
    GROUP BY
        asked.assessment_id,
        asked.rule_id,
        asked.code,
        asked.term,
        asked.severity,
        asked.floor_m2,
        asked.part,
        asked.net,
        asked.law_changed,
        piece.seq,
        piece.area_m2,
        verdict.conclusion_class
),

summed AS (
    SELECT
        met.assessment_id,
        met.code,
        met.term,
        met.severity,
        met.floor_m2,
        met.net,
        coalesce(sum(met.m2) FILTER (WHERE met.answer), 0) AS yes_m2,
        coalesce(sum(met.m2) FILTER (WHERE met.answer IS NULL), 0) AS unknown_m2
    FROM met
    GROUP BY
        met.assessment_id, met.rule_id, met.code, met.term, met.severity, met.floor_m2, met.net
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
    INNER JOIN spatial_ruletest AS test ON asked.rule_id = test.rule_id
    CROSS JOIN LATERAL (
        SELECT
            test_answer(
                test.op, test.kind, test.negate, test."left", test."right",
                asked.facts, '{}'::jsonb
            ) AS answer
    ) AS outcome
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
