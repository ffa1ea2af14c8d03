-- what:   Pin what the run reads: every version of the ruleset's layers, in force at known_at,
--         of the patches' counties and of the counties whose boxes meet theirs; of layers that are
--         summed per holder, everywhere.
-- reads:  spatial_datasetversion, spatial_patch, spatial_region
-- writes: spatial_runpin
-- params: run_id, patch_ids, layers, everywhere, known_at
INSERT INTO spatial_runpin (run_id, version_id)
WITH home AS (
    SELECT DISTINCT region.id, region.geom
    FROM spatial_patch AS patch
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    WHERE patch.id = ANY(%(patch_ids)s)
),

county AS (
    SELECT home.id
    FROM home
    UNION
    SELECT beside.id
    FROM home
    INNER JOIN spatial_region AS beside
        -- boxes: the lines of two counties together cost more than all else of a small run
        ON beside.level = 'county' AND beside.geom && home.geom
)

SELECT
    %(run_id)s,
    version.id
FROM spatial_datasetversion AS version
WHERE
    version.layer_id = ANY(%(layers)s)
    AND (
        version.layer_id = ANY(%(everywhere)s)
        OR version.region_id IN (
            SELECT county.id
            FROM county
        )
    )
    AND version.activated_at <= %(known_at)s
    AND (version.retired_at IS NULL OR version.retired_at > %(known_at)s)
    AND version.status IN ('active', 'retired')
