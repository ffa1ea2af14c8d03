-- what:   Ground gained and lost, each place once however many zones of a version cover it.
-- reads:  diff_piece
-- writes: -
-- params: -
SELECT
    piece.kind,
    round(area_m2(ST_Union(piece.ground))::numeric, 2) AS area_m2
FROM diff_piece AS piece
WHERE piece.kind IN ('gained', 'lost')
GROUP BY piece.kind
