-- what:   The selected patches in order, with what was found on each: conclusions and marks (none
--         where the patch reaches beyond the counties of the asker, whose rules are hidden left
--         out), who is taken to use the ground, and what registers told.
-- reads:  export_row, export_register, spatial_patch, spatial_batch, spatial_region,
--         spatial_holder, spatial_assessment, spatial_run, spatial_piece,
--         spatial_assessmentconclusion, spatial_assessmentmark
-- writes: -
-- params: county_ids, hidden_labels, hidden_marks
SELECT
    patch.id,
    patch.jcbh,
    patch.kind,
    patch.before_on,
    patch.before_on_last,
    patch.after_on_first,
    patch.after_on,
    patch.area_m2,
    patch.attributes,
    patch.delivered,
    batch.code AS batch,
    batch.source,
    batch.issued_on,
    region.code AS county,
    region.name AS county_name,
    judged.borderline,
    judged.label_class,
    judged.label_code,
    judged.label_term,
    judged.beyond,
    judged.subject_from,
    holder.name AS subject,
    given.name AS given_holder,
    conclusions.told AS conclusions,
    marks.told AS marks,
    register.attributes AS registered,
    register.delivered AS register_row,
    ST_AsBinary(patch.geom) AS geom
FROM export_row AS chosen
INNER JOIN spatial_patch AS patch ON chosen.id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
LEFT JOIN spatial_holder AS given ON patch.holder_id = given.id
LEFT JOIN export_register AS register ON chosen.id = register.patch_id
LEFT JOIN LATERAL (
    SELECT
        assessment.id,
        assessment.borderline,
        assessment.subject_id,
        assessment.subject_from,
        run.ruleset_id,
        CASE WHEN NOT seen.hidden THEN assessment.label_class END AS label_class,
        CASE WHEN NOT seen.hidden THEN assessment.label_code END AS label_code,
        CASE WHEN NOT seen.hidden THEN assessment.label_term END AS label_term,
        %(county_ids)s::bigint[] IS NOT NULL AND EXISTS (
            SELECT 1
            FROM spatial_piece AS piece
            WHERE
                piece.assessment_id = assessment.id
                AND piece.county_id <> ALL(%(county_ids)s::bigint[])
        ) AS beyond
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    CROSS JOIN LATERAL (
        SELECT
            run.ruleset_id || ':' || assessment.label_code
            = ANY(%(hidden_labels)s::text[]) AS hidden
    ) AS seen
    WHERE assessment.id = chosen.assessment_id
) AS judged ON TRUE
LEFT JOIN spatial_holder AS holder ON judged.subject_id = holder.id
LEFT JOIN LATERAL (
    SELECT
        jsonb_agg(
            jsonb_build_array(found.code, found.term, found.conclusion_class, found.area_m2)
            ORDER BY found.area_m2 DESC, found.code, found.conclusion_class
        ) AS told
    FROM spatial_assessmentconclusion AS found
    WHERE
        found.assessment_id = judged.id
        AND NOT judged.beyond
        AND judged.label_code IS NOT NULL
        AND judged.ruleset_id || ':' || found.code <> ALL(%(hidden_labels)s::text[])
) AS conclusions ON TRUE
LEFT JOIN LATERAL (
    SELECT
        jsonb_agg(
            jsonb_build_array(
                found.code, found.term, found.answer, found.area_m2, found.unknown_m2
            )
            ORDER BY found.code
        ) AS told
    FROM spatial_assessmentmark AS found
    WHERE
        found.assessment_id = judged.id
        AND NOT judged.beyond
        AND judged.ruleset_id || ':' || found.code <> ALL(%(hidden_marks)s::text[])
) AS marks ON TRUE
WHERE chosen.answer
ORDER BY chosen.seq
