-- what:   What the ground of these patches is by people's word, and by the proposal where nobody
--         has spoken: the decision made last on each part, the rectification recorded last. Drawn
--         parts cut the pieces exactly, as ratios cut them; sums are before rounding.
-- reads:  spatial_patch, spatial_region, spatial_assessment, spatial_piece,
--         spatial_determination, spatial_rectification
-- writes: -
-- params: patch_ids
WITH fact AS MATERIALIZED (
    SELECT
        found.*,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        engine_ground(
            found.drawn, (990200 + (region.central_meridian + 180) * 2)::integer
        ) AS part
    FROM (
        SELECT
            'decided' AS what,
            said.id,
            said.patch_id,
            said.recorded_at,
            said.assessment_id,
            said.kind,
            said.conclusion,
            said.conclusion_class,
            said.part AS drawn
        FROM spatial_determination AS said
        WHERE
            said.patch_id = ANY(%(patch_ids)s)
            AND NOT said.withdrawn
            AND NOT EXISTS (
                SELECT 1 FROM spatial_determination AS later WHERE later.supersedes_id = said.id
            )
        UNION ALL
        SELECT
            'rectified' AS what,
            said.id,
            said.patch_id,
            said.recorded_at,
            NULL AS assessment_id,
            said.kind,
            '' AS conclusion,
            '' AS conclusion_class,
            said.part AS drawn
        FROM spatial_rectification AS said
        WHERE
            said.patch_id = ANY(%(patch_ids)s)
            AND NOT said.withdrawn
            AND NOT EXISTS (
                SELECT 1 FROM spatial_rectification AS later WHERE later.supersedes_id = said.id
            )
    ) AS found
    INNER JOIN spatial_patch AS patch ON found.patch_id = patch.id
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
),

current AS MATERIALIZED (
    SELECT assessment.patch_id, assessment.id AS assessment_id
    FROM spatial_assessment AS assessment
    WHERE assessment.patch_id = ANY(%(patch_ids)s) AND assessment.is_current
),

piece AS MATERIALIZED (
    SELECT
        used.patch_id,
        used.assessment_id,
        found.id,
        found.conclusion,
        found.conclusion_class,
        found.exact_area_m2,
        found.ground
    FROM (
        SELECT current.patch_id, current.assessment_id FROM current
        UNION
        SELECT fact.patch_id, fact.assessment_id FROM fact WHERE fact.what = 'decided'
    ) AS used
    INNER JOIN spatial_piece AS found ON used.assessment_id = found.assessment_id
),

crossed AS MATERIALIZED (
    SELECT
        piece.id,
        ST_Collect(
            ST_ClipByBox2D(ST_Boundary(fact.part), ST_Expand(piece.ground::box2d, 1))
        ) AS lines
    FROM piece
    INNER JOIN fact ON piece.patch_id = fact.patch_id
    WHERE
        piece.exact_area_m2 >= 0.01
        AND piece.ground && fact.part
        AND ST_Intersects(piece.ground, ST_Boundary(fact.part))
    GROUP BY piece.id
),

face AS (
    SELECT
        piece.*,
        area_m2(dumped.geom) AS exact_m2,
        inner_point_of(dumped.geom) AS inner_point,
        TRUE AS was_cut
    FROM piece
    INNER JOIN crossed ON piece.id = crossed.id
    CROSS JOIN LATERAL ST_Dump(
        ST_Polygonize(
            ARRAY[ST_UnaryUnion(ST_Collect(ST_Boundary(piece.ground), crossed.lines))]
        )
    ) AS dumped
    WHERE area_m2(dumped.geom) > 1e-6
    UNION ALL
    SELECT
        piece.*,
        piece.exact_area_m2 AS exact_m2,
        CASE
            WHEN
                EXISTS (
                    SELECT 1 FROM fact
                    WHERE piece.patch_id = fact.patch_id AND fact.part IS NOT NULL
                )
                THEN inner_point_of(piece.ground)
        END AS inner_point,
        FALSE AS was_cut
    FROM piece
    LEFT JOIN crossed ON piece.id = crossed.id
    WHERE crossed.id IS NULL
)

SELECT
    face.patch_id,
    CASE WHEN decision.kind = 'change' THEN decision.conclusion ELSE face.conclusion END AS code,
    CASE
        WHEN decision.kind = 'change' THEN decision.conclusion_class
        ELSE face.conclusion_class
    END AS class,
    decision.id IS NOT NULL AS decided,
    coalesce(rectified.kind, '') AS rectified,
    sum(face.exact_m2) AS area_m2
FROM face
LEFT JOIN current ON face.patch_id = current.patch_id
LEFT JOIN LATERAL (
    SELECT fact.id, fact.kind, fact.conclusion, fact.conclusion_class, fact.assessment_id
    FROM fact
    WHERE
        face.patch_id = fact.patch_id
        AND fact.what = 'decided'
        AND (fact.part IS NULL OR ST_Intersects(fact.part, face.inner_point))
    ORDER BY fact.recorded_at DESC, fact.id DESC
    LIMIT 1
) AS decision ON TRUE
LEFT JOIN LATERAL (
    SELECT fact.kind
    FROM fact
    WHERE
        face.patch_id = fact.patch_id
        AND fact.what = 'rectified'
        AND (fact.part IS NULL OR ST_Intersects(fact.part, face.inner_point))
    ORDER BY fact.recorded_at DESC, fact.id DESC
    LIMIT 1
) AS rectified ON TRUE
WHERE
    face.assessment_id = coalesce(decision.assessment_id, current.assessment_id)
    AND (NOT face.was_cut OR ST_Intersects(face.ground, face.inner_point))
GROUP BY
    face.patch_id,
    code,
    class,
    decided,
    coalesce(rectified.kind, '')
ORDER BY face.patch_id, class, code
