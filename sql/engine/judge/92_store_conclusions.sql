-- what:   The ground of each conclusion on each patch; what stays below label_at_least is
--         residual.
-- reads:  chunk_patch, chunk_piece, chunk_verdict, spatial_rule
-- writes: spatial_assessmentconclusion
-- params: -
INSERT INTO spatial_assessmentconclusion (
    assessment_id, code, term, conclusion_class, area_m2, residual
)
SELECT
    summed.assessment_id,
    summed.code,
    CASE
        WHEN summed.conclusion_class = 'unknown' THEN '数据不足，不能判断：' || rule.term
        ELSE rule.term
    END,
    summed.conclusion_class,
    summed.area_m2,
    summed.area_m2 < coalesce((patch.settings -> 'label_at_least' ->> 'm2')::numeric, 0)
    AND summed.area_m2
    < coalesce((patch.settings -> 'label_at_least' ->> 'share')::numeric, 0) * patch.area_m2
FROM (
    SELECT
        piece.assessment_id,
        coalesce(verdict.code, '') AS code,
        coalesce(verdict.conclusion_class, 'unknown') AS conclusion_class,
        sum(piece.area_m2) AS area_m2
    FROM chunk_piece AS piece
    INNER JOIN chunk_verdict AS verdict
        ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
    GROUP BY piece.assessment_id, verdict.code, verdict.conclusion_class
) AS summed
INNER JOIN chunk_patch AS patch ON summed.assessment_id = patch.assessment_id
LEFT JOIN spatial_rule AS rule
    ON
        patch.ruleset_id = rule.ruleset_id
        AND rule.action = 'conclude'
        AND summed.code = rule.code
ORDER BY summed.assessment_id, summed.conclusion_class, summed.code
