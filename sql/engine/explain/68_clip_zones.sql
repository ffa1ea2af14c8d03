-- what:   The ground of zones as the engine sees it, clipped to a box that reaches margin_m beyond
--         the patch: enough to see in which zones each piece lies, and how near others are. Parts
--         of one zone stay apart.
-- reads:  chunk_patch, zone_part
-- writes: -
-- params: version_ids, margin_m
SELECT
    clipped.assessment_id,
    clipped.zone_id,
    ST_AsBinary(ST_Multi(ST_CollectionExtract(ST_Collect(clipped.ground), 3))) AS ground
FROM (
    SELECT
        patch.assessment_id,
        part.zone_id,
        ST_ClipByBox2D(
            part.ground, ST_Expand(patch.ground::box2d, %(margin_m)s::double precision)
        ) AS ground
    FROM chunk_patch AS patch
    CROSS JOIN LATERAL (
        SELECT found.zone_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(version_ids)s)
            AND found.ground && ST_Expand(patch.ground, %(margin_m)s::double precision)
        OFFSET 0
    ) AS part
) AS clipped
WHERE NOT ST_IsEmpty(clipped.ground)
GROUP BY clipped.assessment_id, clipped.zone_id
ORDER BY clipped.assessment_id, clipped.zone_id
