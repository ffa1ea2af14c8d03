-- what:   Ground gained, lost and moved, by class before and after; zone by zone.
-- reads:  diff_piece
-- writes: -
-- params: -
SELECT
    piece.kind,
    piece.before,
    piece.after,
    count(*) AS pieces,
    round(sum(piece.exact_m2)::numeric, 2) AS area_m2
FROM diff_piece AS piece
WHERE piece.kind IN ('gained', 'lost', 'moved') AND piece.exact_m2 >= 1e-4
GROUP BY piece.kind, piece.before, piece.after
ORDER BY sum(piece.exact_m2) DESC, piece.kind, piece.before, piece.after
