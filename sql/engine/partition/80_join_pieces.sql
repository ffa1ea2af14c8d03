-- what:   Label each face by its inner point and join faces with the same zones: pieces. Stored
--         areas are rounded down to 0.01 m2 and the missing hundredths go, one each, to the
--         largest remainders, so that they add up to the patch (design 4.7).
-- reads:  chunk_patch, chunk_face, chunk_hit, chunk_zone
-- writes: chunk_piece
-- params: -
CREATE TEMPORARY TABLE chunk_piece ON COMMIT DROP AS
WITH labelled AS (
    SELECT
        face.face_no,
        face.assessment_id,
        array_agg(DISTINCT hit.zone_id ORDER BY hit.zone_id)
        FILTER (WHERE hit.zone_id IS NOT NULL) AS zone_ids
    FROM chunk_face AS face
    LEFT JOIN chunk_hit AS hit
        ON
            face.assessment_id = hit.assessment_id
            AND hit.ground && face.inner_point
            AND ST_Intersects(hit.ground, face.inner_point)
    GROUP BY face.face_no, face.assessment_id
),

joined AS (
    SELECT
        labelled.assessment_id,
        coalesce(labelled.zone_ids, '{}'::bigint[]) AS zone_ids,
        sum(face.exact_m2 ORDER BY face.exact_m2) AS exact_m2,
        ST_Collect(face.ground ORDER BY face.exact_m2, face.ground) AS ground
    FROM labelled
    INNER JOIN chunk_face AS face ON labelled.face_no = face.face_no
    GROUP BY labelled.assessment_id, coalesce(labelled.zone_ids, '{}'::bigint[])
),

floored AS (
    SELECT
        joined.*,
        floor(joined.exact_m2 * 100)::bigint AS hundredths,
        row_number() OVER (
            PARTITION BY joined.assessment_id ORDER BY joined.exact_m2 DESC, joined.zone_ids
        ) AS seq,
        row_number() OVER (
            PARTITION BY joined.assessment_id
            ORDER BY joined.exact_m2 * 100 - floor(joined.exact_m2 * 100) DESC, joined.zone_ids
        ) AS remainder_rank
    FROM joined
),

-- a handful, gone through for each piece
township AS MATERIALIZED (
    SELECT zone.zone_id, zone.county_id, zone.code
    FROM chunk_zone AS zone
    WHERE zone.layer_id = 'township' AND zone.within_m = 0
),

missing AS (
    SELECT
        patch.assessment_id,
        patch.county_id,
        (patch.area_m2 * 100)::bigint - sum(floored.hundredths) AS hundredths
    FROM chunk_patch AS patch
    INNER JOIN floored ON patch.assessment_id = floored.assessment_id
    GROUP BY patch.assessment_id, patch.county_id, patch.area_m2
)

SELECT
    floored.assessment_id,
    floored.seq,
    floored.zone_ids,
    floored.exact_m2,
    (
        floored.hundredths
        + CASE WHEN floored.remainder_rank <= missing.hundredths THEN 1 ELSE 0 END
    )::numeric / 100 AS area_m2,
    -- same zones on both sides of a line: one polygon, not two that touch
    ST_Multi(
        CASE
            -- one face is valid as it was polygonized
            WHEN ST_NumGeometries(floored.ground) = 1 OR ST_IsValid(floored.ground)
                THEN ST_CollectionHomogenize(floored.ground)
            ELSE ST_UnaryUnion(floored.ground)
        END
    ) AS ground,
    coalesce(township.county_id, missing.county_id) AS county_id,
    coalesce(township.code, '') AS township_code
FROM floored
INNER JOIN missing ON floored.assessment_id = missing.assessment_id
LEFT JOIN LATERAL (
    SELECT listed.county_id, listed.code
    FROM township AS listed
    WHERE listed.zone_id = ANY(floored.zone_ids)
    ORDER BY listed.code, listed.zone_id
    LIMIT 1
) AS township ON TRUE
