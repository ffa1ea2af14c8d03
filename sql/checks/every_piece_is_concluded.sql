-- what:   Every piece has exactly one conclusion, by a rule of its run's ruleset.
-- reads:  spatial_piece, spatial_assessment, spatial_run, spatial_rule
-- writes: -
-- params: -
SELECT
    piece.id AS piece_id,
    piece.conclusion
FROM spatial_piece AS piece
INNER JOIN spatial_assessment AS assessment ON piece.assessment_id = assessment.id
INNER JOIN spatial_run AS run ON assessment.run_id = run.id
LEFT JOIN spatial_rule AS rule
    ON
        run.ruleset_id = rule.ruleset_id
        AND rule.action = 'conclude'
        AND piece.conclusion = rule.code
WHERE
    rule.id IS NULL
    OR piece.conclusion_class NOT IN (rule.rule_class, 'unknown')
ORDER BY piece.id
