-- what:   Keep the largest pieces of a comparison, for its page and map.
-- reads:  diff_piece, diff_zone
-- writes: imports_diffpiece
-- params: diff_id, most
INSERT INTO imports_diffpiece (
    diff_id, kind, before, after, old_source, new_source, area_m2, geom
)
SELECT
    %(diff_id)s,
    piece.kind,
    piece.before,
    piece.after,
    coalesce(earlier.source_id, ''),
    coalesce(later.source_id, ''),
    round(piece.exact_m2::numeric, 2),
    ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Transform(piece.ground, 4490)), 3))
FROM diff_piece AS piece
LEFT JOIN diff_zone AS earlier ON piece.old_id = earlier.zone_id
LEFT JOIN diff_zone AS later ON piece.new_id = later.zone_id
WHERE piece.kind <> 'kept' AND piece.exact_m2 >= 0.01
ORDER BY piece.exact_m2 DESC, piece.old_id, piece.new_id
LIMIT %(most)s
