-- what:   The ground of each zone on each patch, summed over the pieces that lie in it.
-- reads:  spatial_assessment, spatial_piece
-- writes: -
-- params: run_id
SELECT
    piece.assessment_id,
    member.zone_id::bigint AS zone_id,
    sum(piece.exact_area_m2) AS m2
FROM spatial_piece AS piece
INNER JOIN spatial_assessment AS assessment ON piece.assessment_id = assessment.id
CROSS JOIN LATERAL jsonb_each(piece.zones) AS layered (layer, ids)
CROSS JOIN LATERAL jsonb_array_elements_text(layered.ids) AS member (zone_id)
WHERE assessment.run_id = %(run_id)s
GROUP BY piece.assessment_id, member.zone_id
