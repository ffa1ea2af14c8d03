-- what:   The ground of some pieces of a site.
-- reads:  spatial_piece
-- writes: -
-- params: piece_ids
SELECT piece.id, ST_AsBinary(piece.ground) AS ground
FROM spatial_piece AS piece
WHERE piece.id = ANY(%(piece_ids)s)
ORDER BY piece.id
