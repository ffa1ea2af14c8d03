-- what:   How much ground of each conclusion before lies in each conclusion and township after: the
--         exact overlay of the pieces of both assessments.
-- reads:  run_pair, spatial_piece
-- writes: -
-- params: -
WITH was AS MATERIALIZED (
    SELECT
        pair.patch_id,
        piece.conclusion,
        piece.conclusion_class,
        ST_Union(piece.ground) AS ground
    FROM run_pair AS pair
    INNER JOIN spatial_piece AS piece ON pair.was_id = piece.assessment_id
    WHERE pair.differs
    GROUP BY pair.patch_id, piece.conclusion, piece.conclusion_class
),

new AS MATERIALIZED (
    SELECT
        pair.patch_id,
        piece.county_id,
        piece.township_code,
        piece.conclusion,
        piece.conclusion_class,
        ST_Union(piece.ground) AS ground
    FROM run_pair AS pair
    INNER JOIN spatial_piece AS piece ON pair.now_id = piece.assessment_id
    WHERE pair.differs
    GROUP BY
        pair.patch_id, piece.county_id, piece.township_code, piece.conclusion,
        piece.conclusion_class
),

shared AS (
    SELECT
        new.patch_id,
        was.conclusion AS was_code,
        was.conclusion_class AS was_class,
        new.county_id,
        new.township_code AS township,
        new.conclusion AS now_code,
        new.conclusion_class AS now_class,
        area_m2(ST_Intersection(was.ground, new.ground)) AS exact_m2
    FROM new
    INNER JOIN was ON new.patch_id = was.patch_id AND ST_Intersects(was.ground, new.ground)
)

SELECT *
FROM shared
WHERE shared.exact_m2 > 1e-6
ORDER BY
    shared.patch_id, shared.was_class, shared.was_code, shared.county_id, shared.township,
    shared.now_class, shared.now_code
