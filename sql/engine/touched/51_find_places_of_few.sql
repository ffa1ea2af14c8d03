-- what:   As step 50, begun at the patches, where these are few.
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
    asked.patch_id,
    township.county_id
FROM touched_patch AS asked
INNER JOIN spatial_patch AS patch ON asked.patch_id = patch.id
INNER JOIN township ON asked.county_id <> township.county_id
CROSS JOIN LATERAL (
    SELECT part.version_id
    FROM (
        SELECT found.version_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = township.id
            -- lengths in the equal-area CRS are off by a fifth at most in China
            AND found.ground && ST_Expand(patch.ground, 2 * %(reach_m)s)
        OFFSET 0
    ) AS part
    WHERE ST_DWithin(part.ground, patch.ground, 2 * %(reach_m)s)
    LIMIT 1
) AS met
