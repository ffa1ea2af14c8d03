-- what:   Cut each patch by all boundaries at once: node the lines, polygonize, keep the faces
--         inside. Lines are clipped 1 m beyond the patch, so that they cross its edge and never
--         end on it. Faces below 1e-6 m2 are the rounding of nodes. A grid above 0 is the
--         declared fallback for a patch that failed without one. Searched as in step 50.
-- reads:  chunk_patch, chunk_read, chunk_hit, chunk_zone, zone_edge
-- writes: chunk_face
-- params: apart_ids, together_ids, grid
CREATE TEMPORARY TABLE chunk_face ON COMMIT DROP AS
WITH reads AS MATERIALIZED (
    SELECT chosen.assessment_id, array_agg(chosen.version_id) AS version_ids
    FROM chunk_read AS chosen
    WHERE chosen.version_id = ANY(%(together_ids)s::bigint[])
    GROUP BY chosen.assessment_id
),

edge AS (
    SELECT patch.assessment_id, patch.ground AS patch_ground, found_edge.zone_id, found_edge.ground
    FROM chunk_patch AS patch
    INNER JOIN chunk_read AS chosen ON patch.assessment_id = chosen.assessment_id
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_edge AS found
        WHERE
            found.version_id = ANY(%(apart_ids)s::bigint[])
            AND found.version_id = chosen.version_id
            -- boxes only: priced with ST_Intersects, the planner reads whole versions first
            AND found.ground && patch.ground
        OFFSET 0
    ) AS found_edge
    WHERE chosen.version_id = ANY(%(apart_ids)s::bigint[])
    UNION ALL
    SELECT patch.assessment_id, patch.ground, found_edge.zone_id, found_edge.ground
    FROM chunk_patch AS patch
    INNER JOIN reads ON patch.assessment_id = reads.assessment_id
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_edge AS found
        WHERE
            found.version_id = ANY(%(together_ids)s::bigint[])
            AND found.version_id = ANY(reads.version_ids)
            AND found.ground && patch.ground
        OFFSET 0
    ) AS found_edge
),

line AS MATERIALIZED (
    SELECT
        edge.assessment_id,
        ST_ClipByBox2D(edge.ground, ST_Expand(edge.patch_ground::box2d, 1)) AS ground
    FROM edge
    WHERE
        (
            edge.zone_id IS NULL
            OR edge.zone_id IN (
                SELECT zone.zone_id
                FROM chunk_zone AS zone
            )
        )
        AND ST_Intersects(edge.patch_ground, edge.ground)
    UNION ALL
    -- the edges of zones that were widened (step 62)
    SELECT
        patch.assessment_id,
        ST_ClipByBox2D(ST_Boundary(hit.ground), ST_Expand(patch.ground::box2d, 1)) AS ground
    FROM chunk_hit AS hit
    INNER JOIN chunk_patch AS patch ON hit.assessment_id = patch.assessment_id
    WHERE hit.zone_id < 0 AND ST_Intersects(patch.ground, ST_Boundary(hit.ground))
    UNION ALL
    SELECT patch.assessment_id, ST_Boundary(patch.ground) AS ground
    FROM chunk_patch AS patch
),

noded AS MATERIALIZED (
    SELECT
        line.assessment_id,
        -- in one order, so that two runs store the same vertices
        ST_Polygonize(
            ARRAY[ST_UnaryUnion(ST_Collect(line.ground ORDER BY line.ground), %(grid)s)]
        ) AS faces
    FROM line
    GROUP BY line.assessment_id
),

face AS MATERIALIZED (
    SELECT
        patch.assessment_id,
        patch.ground AS patch_ground,
        dumped.geom AS ground,
        area_m2(dumped.geom) AS exact_m2,
        inner_point_of(dumped.geom) AS inner_point
    FROM noded
    INNER JOIN chunk_patch AS patch ON noded.assessment_id = patch.assessment_id
    CROSS JOIN LATERAL ST_Dump(noded.faces) AS dumped
    WHERE area_m2(dumped.geom) > 1e-6
)

SELECT
    row_number() OVER () AS face_no,
    face.assessment_id,
    face.ground,
    face.exact_m2,
    face.inner_point
FROM face
WHERE ST_Intersects(face.patch_ground, face.inner_point)
