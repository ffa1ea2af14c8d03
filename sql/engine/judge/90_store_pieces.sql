-- what:   Keep the pieces with their conclusions.
-- reads:  chunk_piece, chunk_verdict, chunk_zone
-- writes: spatial_piece
-- params: -
INSERT INTO spatial_piece (
    assessment_id, seq, county_id, township_code, zones, area_m2, exact_area_m2, sliver,
    conclusion, conclusion_class, reason, ground
)
SELECT
    piece.assessment_id,
    piece.seq,
    piece.county_id,
    piece.township_code,
    coalesce(labels.zones, '{}'::jsonb),
    piece.area_m2,
    piece.exact_m2,
    verdict.sliver,
    coalesce(verdict.code, ''),
    coalesce(verdict.conclusion_class, 'unknown'),
    verdict.reason,
    piece.ground
FROM chunk_piece AS piece
INNER JOIN chunk_verdict AS verdict
    ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(layered.layer_id, layered.ids) AS zones
    FROM (
        SELECT zone.layer_id, jsonb_agg(zone.zone_id ORDER BY zone.zone_id) AS ids
        FROM chunk_zone AS zone
        WHERE zone.zone_id = ANY(piece.zone_ids) AND zone.within_m = 0
        GROUP BY zone.layer_id
    ) AS layered
) AS labels ON TRUE
ORDER BY piece.assessment_id, piece.seq
