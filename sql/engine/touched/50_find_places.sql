-- what:   Patches of other counties whose ground reaches a county in which something changed: its
--         townships, of any version known then or now, lie on the patch or within reach of it.
-- reads:  touched_pair, touched_zone, touched_patch, spatial_patch, spatial_datasetversion,
--         zone_part
-- writes: touched_place
-- params: until, reach_m
CREATE TEMPORARY TABLE touched_place ON COMMIT DROP AS
WITH county AS MATERIALIZED (
    SELECT changed.county_id
    FROM touched_zone AS changed
    UNION
    SELECT pair.county_id
    FROM touched_pair AS pair
    WHERE pair.is_whole
),

township AS MATERIALIZED (
    SELECT version.id, version.region_id AS county_id
    FROM spatial_datasetversion AS version
    INNER JOIN county ON version.region_id = county.county_id
    WHERE
        version.layer_id = 'township'
        AND version.status IN ('active', 'retired')
        AND (
            version.retired_at IS NULL
            OR version.retired_at > least(
                %(until)s,
                (
                    SELECT min(patch.since)
                    FROM touched_patch AS patch
                )
            )
        )
)

SELECT DISTINCT
    near.id AS patch_id,
    township.county_id
FROM township
-- version by version, so that only the townships' partitions are read (OFFSET 0 pins the order)
CROSS JOIN LATERAL (
    SELECT found.ground
    FROM zone_part AS found
    WHERE found.version_id = township.id
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT patch.id, patch.ground
    FROM spatial_patch AS patch
    -- lengths in the equal-area CRS are off by a fifth at most in China
    WHERE
        patch.ground && ST_Expand(part.ground, 2 * %(reach_m)s)
        AND patch.region_id <> township.county_id
    OFFSET 0
) AS near
WHERE ST_DWithin(part.ground, near.ground, 2 * %(reach_m)s)
