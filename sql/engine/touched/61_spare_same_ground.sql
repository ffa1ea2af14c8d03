-- what:   Take back patches on which the zones of a pair differ only elsewhere: a large zone that
--         was redrawn far away. On the patch, or as far around it as the ruleset looks, zones that
--         say the same cover the same ground in both versions.
-- reads:  touched_reason, touched_zone, spatial_zone, spatial_patch, zone_part
-- writes: touched_reason
-- params: version_ids, reach
DELETE FROM touched_reason AS target
USING (
    SELECT
        local.patch_id,
        local.layer_id,
        local.county_id,
        local.was_id,
        local.now_id
    FROM (
        SELECT
            hit.patch_id,
            hit.layer_id,
            hit.county_id,
            hit.was_id,
            hit.now_id,
            coalesce(
                ST_Union(part.ground) FILTER (WHERE zone.version_id = hit.was_id),
                ST_GeomFromText('POLYGON EMPTY', 990003)
            ) AS was_ground,
            coalesce(
                ST_Union(part.ground) FILTER (WHERE zone.version_id = hit.now_id),
                ST_GeomFromText('POLYGON EMPTY', 990003)
            ) AS now_ground
        FROM touched_reason AS hit
        INNER JOIN touched_zone AS zone
            ON
                hit.zone_id = zone.zone_id
                AND hit.was_id = zone.was_id
                AND hit.now_id = zone.now_id
        INNER JOIN spatial_zone AS told ON zone.zone_id = told.id
        INNER JOIN spatial_patch AS patch ON hit.patch_id = patch.id
        CROSS JOIN LATERAL (
            SELECT (%(reach)s::jsonb ->> hit.layer_id)::double precision AS m
        ) AS reach
        CROSS JOIN LATERAL (
            SELECT
                CASE
                    WHEN reach.m > 0 THEN ST_Expand(patch.ground, 2 * reach.m)
                    ELSE patch.ground
                END AS ground
        ) AS frame
        CROSS JOIN LATERAL (
            SELECT ST_Intersection(found.ground, frame.ground) AS ground
            FROM zone_part AS found
            WHERE
                found.version_id = ANY(%(version_ids)s)
                AND found.version_id = zone.version_id
                AND found.zone_id = zone.zone_id
                AND found.ground && frame.ground
            OFFSET 0
        ) AS part
        WHERE hit.kind = 'version'
        GROUP BY
            hit.patch_id, hit.layer_id, hit.county_id, hit.was_id, hit.now_id,
            told.code, told.attributes, told.holder_id
    ) AS local
    GROUP BY
        local.patch_id, local.layer_id, local.county_id, local.was_id, local.now_id
    -- below this the partition drops a face as the rounding of nodes
    HAVING sum(area_m2(ST_SymDifference(local.was_ground, local.now_ground))) <= 1e-6
) AS same
WHERE
    target.kind = 'version'
    AND target.patch_id = same.patch_id
    AND target.layer_id = same.layer_id
    AND target.county_id = same.county_id
    AND target.was_id = same.was_id
    AND target.now_id = same.now_id
