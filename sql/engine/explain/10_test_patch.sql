-- what:   Every test of every concluding rule on the patch, with the values on both sides.
-- reads:  chunk_patch, spatial_rule, spatial_ruletest
-- writes: -
-- params: -
SELECT
    rule.code AS rule,
    test.seq,
    test.text,
    test_answer(
        test.op, test.kind, test.negate, test."left", test."right", patch.facts, '{}'::jsonb
    ) AS answer,
    operand_text(test."left", test.kind, patch.facts, '{}'::jsonb) AS left_value,
    CASE
        WHEN test.op IN ('known', 'empty', 'in') THEN NULL
        ELSE operand_text(test."right", test.kind, patch.facts, '{}'::jsonb)
    END AS right_value
FROM chunk_patch AS patch
INNER JOIN spatial_rule AS rule
    ON patch.ruleset_id = rule.ruleset_id AND rule.action = 'conclude'
INNER JOIN spatial_ruletest AS test ON rule.id = test.rule_id
ORDER BY rule.rank, test.seq
