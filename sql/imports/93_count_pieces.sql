-- what:   How many pieces a comparison has that a map could show.
-- reads:  diff_piece
-- writes: -
-- params: -
SELECT count(*) AS pieces
FROM diff_piece AS piece
WHERE piece.kind <> 'kept' AND piece.exact_m2 >= 0.01
