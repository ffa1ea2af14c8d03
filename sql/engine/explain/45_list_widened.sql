-- what:   Which zones reach each piece only widened, and by how much.
-- reads:  chunk_piece, chunk_zone
-- writes: -
-- params: -
SELECT
    piece.assessment_id,
    piece.seq,
    zone.source_id AS zone_id,
    zone.within_m
FROM chunk_piece AS piece
CROSS JOIN LATERAL unnest(piece.zone_ids) AS member (zone_id)
INNER JOIN chunk_zone AS zone ON member.zone_id = zone.zone_id
WHERE zone.within_m > 0
ORDER BY piece.assessment_id, piece.seq, zone.source_id, zone.within_m
