-- what:   Cut the pieces of these patches by drawn parts and by the outlines of patches on the
--         same ground: node the lines, polygonize, keep the faces inside the piece. Lines are
--         clipped 1 m beyond the piece, so that they cross its edge. Faces below 1e-6 m2 are the
--         rounding of nodes. A grid above 0 is the declared fallback.
-- reads:  ratio_patch, ratio_cut, ratio_fact, ratio_pair, spatial_piece, spatial_patch
-- writes: ratio_face
-- params: grid
CREATE TEMPORARY TABLE ratio_face ON COMMIT DROP AS
WITH used AS (
    SELECT cut.patch_id, chosen.assessment_id
    FROM ratio_cut AS cut
    INNER JOIN ratio_patch AS chosen ON cut.patch_id = chosen.patch_id
    UNION
    SELECT cut.patch_id, fact.assessment_id
    FROM ratio_cut AS cut
    INNER JOIN ratio_fact AS fact ON cut.patch_id = fact.patch_id
    WHERE fact.what = 'decided'
),

piece AS MATERIALIZED (
    SELECT
        used.patch_id,
        used.assessment_id,
        found.id AS piece_id,
        found.exact_area_m2,
        found.ground
    FROM used
    INNER JOIN spatial_piece AS found ON used.assessment_id = found.assessment_id
),

line AS MATERIALIZED (
    SELECT cut.patch_id, ST_Boundary(fact.part) AS ground
    FROM ratio_cut AS cut
    INNER JOIN ratio_fact AS fact ON cut.patch_id = fact.patch_id
    WHERE fact.part IS NOT NULL
    UNION ALL
    SELECT cut.patch_id, ST_Boundary(other.ground) AS ground
    FROM ratio_cut AS cut
    INNER JOIN ratio_pair AS pair ON cut.patch_id = pair.patch_id
    INNER JOIN spatial_patch AS other ON pair.other_id = other.id
    UNION ALL
    SELECT cut.patch_id, ST_Boundary(fact.part) AS ground
    FROM ratio_cut AS cut
    INNER JOIN ratio_pair AS pair ON cut.patch_id = pair.patch_id
    INNER JOIN ratio_fact AS fact ON pair.other_id = fact.patch_id
    WHERE fact.part IS NOT NULL
),

crossed AS MATERIALIZED (
    SELECT
        piece.piece_id,
        ST_Collect(ST_ClipByBox2D(line.ground, ST_Expand(piece.ground::box2d, 1))) AS lines
    FROM piece
    INNER JOIN line ON piece.patch_id = line.patch_id
    WHERE
        piece.exact_area_m2 >= 0.01
        AND piece.ground && line.ground
        AND ST_Intersects(piece.ground, line.ground)
    GROUP BY piece.piece_id
),

face AS (
    SELECT
        piece.patch_id,
        piece.assessment_id,
        piece.piece_id,
        dumped.geom AS ground,
        piece.ground AS piece_ground
    FROM piece
    INNER JOIN crossed ON piece.piece_id = crossed.piece_id
    CROSS JOIN LATERAL ST_Dump(
        ST_Polygonize(
            ARRAY[
                ST_UnaryUnion(ST_Collect(ST_Boundary(piece.ground), crossed.lines), %(grid)s)
            ]
        )
    ) AS dumped
    WHERE area_m2(dumped.geom) > 1e-6
    UNION ALL
    SELECT
        piece.patch_id,
        piece.assessment_id,
        piece.piece_id,
        dumped.geom AS ground,
        NULL AS piece_ground
    FROM piece
    LEFT JOIN crossed ON piece.piece_id = crossed.piece_id
    CROSS JOIN LATERAL ST_Dump(piece.ground) AS dumped
    WHERE crossed.piece_id IS NULL
),

pointed AS (
    SELECT face.*, inner_point_of(face.ground) AS inner_point
    FROM face
)

SELECT
    pointed.patch_id,
    pointed.assessment_id,
    pointed.piece_id,
    area_m2(pointed.ground) AS exact_m2,
    pointed.inner_point
FROM pointed
WHERE
    pointed.piece_ground IS NULL
    OR ST_Intersects(pointed.piece_ground, pointed.inner_point)
