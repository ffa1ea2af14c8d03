-- what:   What the desk filters, orders and sums by, one row a patch, worked out from the facts;
--         spatial_deskrow keeps it. Planned sites are nobody's to decide. Lists of codes have a
--         space before and behind each code. Null: land_classes where the assessment read no
--         survey, an area where the mark's answer is not known, beyond where nothing lies in
--         another county (else m2 by county, as text).
-- reads:  spatial_patch, spatial_batch, spatial_region, spatial_assessment, spatial_run,
--         spatial_assessmentmark, spatial_piece, spatial_zone, desk_standing
-- writes: -
-- params: -
CREATE OR REPLACE VIEW desk_summary AS
SELECT
    patch.id AS patch_id,
    patch.batch_id,
    batch.code AS batch_code,
    patch.region_id,
    region.code AS region_code,
    patch.jcbh,
    patch.area_m2,
    patch.declared_area_m2,
    patch.after_on,
    patch.holder_id,
    patch.project_id,
    stand.assessment_id,
    run.ruleset_id,
    coalesce(judged.label_class, '') AS label_class,
    coalesce(judged.label_code, '') AS label_code,
    coalesce(judged.borderline, FALSE) AS borderline,
    stand.status,
    stand.overtaken,
    coalesce(marked.yes, '') AS marks_yes,
    coalesce(marked.unknown, '') AS marks_unknown,
    marked.on_cultivated_m2,
    marked.basic_farm_m2,
    coalesce(placed.townships, '') AS townships,
    grown.land_classes,
    strange.beyond
FROM spatial_patch AS patch
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id AND batch.source <> '选址'
INNER JOIN spatial_region AS region ON patch.region_id = region.id
INNER JOIN desk_standing AS stand ON patch.id = stand.patch_id
LEFT JOIN spatial_assessment AS judged ON stand.assessment_id = judged.id
LEFT JOIN spatial_run AS run ON judged.run_id = run.id
LEFT JOIN LATERAL (
    SELECT
        ' ' || string_agg(mark.code, ' ' ORDER BY mark.code) FILTER (WHERE mark.answer)
        || ' ' AS yes,
        ' ' || string_agg(mark.code, ' ' ORDER BY mark.code) FILTER (WHERE mark.answer IS NULL)
        || ' ' AS unknown,
        max(CASE WHEN mark.answer THEN mark.area_m2 WHEN NOT mark.answer THEN 0 END)
        FILTER (WHERE mark.code = 'on_cultivated') AS on_cultivated_m2,
        max(CASE WHEN mark.answer THEN mark.area_m2 WHEN NOT mark.answer THEN 0 END)
        FILTER (WHERE mark.code = 'basic_farm') AS basic_farm_m2
    FROM spatial_assessmentmark AS mark
    WHERE mark.assessment_id = stand.assessment_id
) AS marked ON TRUE
LEFT JOIN LATERAL (
    SELECT
        ' ' || string_agg(DISTINCT piece.township_code, ' ' ORDER BY piece.township_code)
        FILTER (WHERE piece.township_code <> '') || ' ' AS townships
    FROM spatial_piece AS piece
    WHERE piece.assessment_id = stand.assessment_id
) AS placed ON TRUE
LEFT JOIN LATERAL (
    SELECT ' ' || string_agg(DISTINCT zone.code, ' ' ORDER BY zone.code) || ' ' AS land_classes
    FROM spatial_piece AS piece
    CROSS JOIN LATERAL jsonb_array_elements_text(piece.zones -> 'land_use') AS told (zone_id)
    INNER JOIN spatial_zone AS zone ON told.zone_id::bigint = zone.id
    WHERE
        piece.assessment_id = stand.assessment_id
        AND piece.county_id = patch.region_id
        AND NOT piece.sliver
) AS grown ON TRUE
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(summed.county_id, summed.area_m2::text) AS beyond
    FROM (
        SELECT piece.county_id, sum(piece.area_m2) AS area_m2
        FROM spatial_piece AS piece
        WHERE piece.assessment_id = stand.assessment_id AND piece.county_id <> patch.region_id
        GROUP BY piece.county_id
    ) AS summed
) AS strange ON TRUE
