-- what:   Conclusions and marks that the selected patches' assessments hold, hidden ones left out.
-- reads:  export_row, spatial_assessment, spatial_run, spatial_assessmentconclusion,
--         spatial_assessmentmark
-- writes: -
-- params: hidden_labels, hidden_marks
WITH held AS (
    SELECT DISTINCT
        'conclude' AS action,
        conclusion.code,
        conclusion.term,
        run.ruleset_id || ':' || conclusion.code = ANY(%(hidden_labels)s::text[]) AS hidden
    FROM export_row AS chosen
    INNER JOIN spatial_assessment AS assessment ON chosen.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_assessmentconclusion AS conclusion
        ON assessment.id = conclusion.assessment_id
    WHERE chosen.answer
    UNION
    SELECT DISTINCT
        'mark' AS action,
        mark.code,
        mark.term,
        run.ruleset_id || ':' || mark.code = ANY(%(hidden_marks)s::text[]) AS hidden
    FROM export_row AS chosen
    INNER JOIN spatial_assessment AS assessment ON chosen.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_assessmentmark AS mark ON assessment.id = mark.assessment_id
    WHERE chosen.answer
)

SELECT
    held.action,
    held.code,
    min(held.term) AS term
FROM held
WHERE NOT held.hidden
GROUP BY held.action, held.code
ORDER BY held.action, held.code
