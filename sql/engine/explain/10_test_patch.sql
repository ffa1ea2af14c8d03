-- what:   Every test of every rule on the patch, with the values on both sides.
-- reads:  chunk_patch, spatial_rule, spatial_ruletest
-- writes: -
-- params: -
SELECT
    patch.assessment_id,
    rule.action,
    rule.code AS rule,
    test.seq,
    test.text,
    test.op,
    test.kind,
    test.negate,
    test."left" ->> 'field' AS field,
    test_answer(
        test.op, test.kind, test.negate, test."left", test."right", patch.facts, '{}'::jsonb
    ) AS answer,
    operand_text(test."left", test.kind, patch.facts, '{}'::jsonb) AS "left",
    operand_text_to(test."left", test.kind, patch.facts, '{}'::jsonb) AS left_to,
    CASE
        WHEN test.op NOT IN ('known', 'empty', 'in')
            THEN operand_text(test."right", test.kind, patch.facts, '{}'::jsonb)
    END AS "right",
    CASE
        WHEN test.op NOT IN ('known', 'empty', 'in')
            THEN operand_text_to(test."right", test.kind, patch.facts, '{}'::jsonb)
    END AS right_to
FROM chunk_patch AS patch
INNER JOIN spatial_rule AS rule ON patch.ruleset_id = rule.ruleset_id
INNER JOIN spatial_ruletest AS test ON rule.id = test.rule_id
ORDER BY patch.assessment_id, rule.action, rule.rank, test.seq
