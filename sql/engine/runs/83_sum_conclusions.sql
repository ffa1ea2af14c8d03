-- what:   Areas of each conclusion before, and of each conclusion in each township after, of the
--         patches whose pieces differ: what the overlay must add up to.
-- reads:  run_pair, spatial_piece, spatial_assessmentconclusion
-- writes: -
-- params: -
SELECT
    pair.patch_id,
    FALSE AS is_now,
    NULL::bigint AS county_id,
    '' AS township,
    piece.conclusion AS code,
    piece.conclusion_class AS class,
    coalesce(min(named.term), '') AS term,
    sum(piece.area_m2) AS area_m2
FROM run_pair AS pair
INNER JOIN spatial_piece AS piece ON pair.was_id = piece.assessment_id
LEFT JOIN spatial_assessmentconclusion AS named
    ON
        pair.was_id = named.assessment_id
        AND piece.conclusion = named.code
        AND piece.conclusion_class = named.conclusion_class
WHERE pair.differs
GROUP BY pair.patch_id, piece.conclusion, piece.conclusion_class
UNION ALL
SELECT
    pair.patch_id,
    TRUE,
    piece.county_id,
    piece.township_code,
    piece.conclusion,
    piece.conclusion_class,
    coalesce(min(named.term), ''),
    sum(piece.area_m2)
FROM run_pair AS pair
INNER JOIN spatial_piece AS piece ON pair.now_id = piece.assessment_id
LEFT JOIN spatial_assessmentconclusion AS named
    ON
        pair.now_id = named.assessment_id
        AND piece.conclusion = named.code
        AND piece.conclusion_class = named.conclusion_class
WHERE pair.differs
GROUP BY
    pair.patch_id, piece.county_id, piece.township_code, piece.conclusion, piece.conclusion_class
ORDER BY patch_id, is_now, county_id, township, class, code
