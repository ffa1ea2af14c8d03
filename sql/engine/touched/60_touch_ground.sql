-- what:   Patches on which, or within reach of which, a zone differs: from the zones' parts to the
--         patches by the index on their ground. Reach: how far the ruleset looks around a patch
--         for that layer (adjoining, widened zones), measured in the county's Gauss plane.
-- reads:  touched_zone, touched_patch, touched_pair, touched_place, zone_part, spatial_patch
-- writes: touched_reason
-- params: version_ids, reach, until
INSERT INTO touched_reason (
    patch_id, kind, layer_id, county_id, was_id, now_id, zone_id
)
SELECT DISTINCT
    touched.patch_id,
    CASE WHEN zone.seen_from IS NULL THEN 'version' ELSE 'row' END,
    zone.layer_id,
    zone.county_id,
    zone.was_id,
    zone.now_id,
    zone.zone_id
FROM touched_zone AS zone
CROSS JOIN LATERAL (
    SELECT (%(reach)s::jsonb ->> zone.layer_id)::double precision AS m
) AS reach
CROSS JOIN LATERAL (
    SELECT found.ground
    FROM zone_part AS found
    WHERE
        found.version_id = ANY(%(version_ids)s)
        AND found.version_id = zone.version_id
        AND found.zone_id = zone.zone_id
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT patch.id, patch.ground
    FROM spatial_patch AS patch
    WHERE patch.ground && ST_Expand(part.ground, 2 * reach.m)
    OFFSET 0
) AS near
INNER JOIN touched_patch AS touched ON near.id = touched.patch_id
WHERE
    touched.assessment_id IS NOT NULL
    AND (
        touched.county_id = zone.county_id
        OR (touched.patch_id, zone.county_id) IN (
            SELECT place.patch_id, place.county_id
            FROM touched_place AS place
        )
    )
    AND CASE
        WHEN zone.seen_from IS NULL
            THEN EXISTS (
                SELECT 1
                FROM touched_pair AS pair
                WHERE
                    pair.window_id = touched.window_id
                    AND pair.county_id = zone.county_id
                    AND pair.layer_id = zone.layer_id
                    AND (pair.was_id, pair.now_id) = (zone.was_id, zone.now_id)
            )
        ELSE
            (
                zone.seen_from <= touched.since
                AND coalesce(zone.seen_until > touched.since, TRUE)
            )
            <> (
                zone.seen_from <= %(until)s
                AND coalesce(zone.seen_until > %(until)s, TRUE)
            )
    END
    AND (
        ST_Intersects(part.ground, near.ground)
        OR (
            reach.m > 0
            AND ST_DWithin(
                ST_Transform(part.ground, touched.plane_srid),
                ST_Transform(near.ground, touched.plane_srid),
                reach.m
            )
        )
    )
