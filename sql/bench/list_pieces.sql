-- what:   The pieces of a run: measured area and all zones that they lie in.
-- reads:  spatial_assessment, spatial_piece
-- writes: -
-- params: run_id
SELECT
    piece.assessment_id,
    piece.exact_area_m2 AS m2,
    coalesce(
        (
            SELECT array_agg(member.zone_id::bigint)
            FROM jsonb_each(piece.zones) AS layered (layer, ids)
            CROSS JOIN LATERAL jsonb_array_elements_text(layered.ids) AS member (zone_id)
        ), '{}'::bigint[]
    ) AS zone_ids
FROM spatial_piece AS piece
INNER JOIN spatial_assessment AS assessment ON piece.assessment_id = assessment.id
WHERE assessment.run_id = %(run_id)s
