-- what:   Keep on which pieces each notion holds, or is unknown, with its net area.
-- reads:  chunk_piece_notion, spatial_piece
-- writes: spatial_piecenotion
-- params: -
INSERT INTO spatial_piecenotion (
    piece_id, notion, answer, net_m2, net_unknown, why, zones
)
SELECT
    piece.id,
    member.code,
    member.answer,
    member.net_m2,
    member.net_unknown,
    member.why,
    member.zone_ids
FROM chunk_piece_notion AS member
INNER JOIN spatial_piece AS piece
    ON member.assessment_id = piece.assessment_id AND member.seq = piece.seq
ORDER BY piece.id, member.code
