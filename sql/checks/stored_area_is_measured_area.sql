-- what:   Each stored piece area is within 0.01 m2 of what its geometry measures.
-- reads:  spatial_piece
-- writes: -
-- params: -
SELECT
    piece.id AS piece_id,
    piece.area_m2,
    area_m2(piece.ground) AS measured_m2
FROM spatial_piece AS piece
WHERE abs(piece.area_m2 - area_m2(piece.ground)) > 0.0101
ORDER BY piece.id
