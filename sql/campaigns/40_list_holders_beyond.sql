-- what:   Those of these holders that have papers or ground beyond these counties: what is summed
--         up for them is more than a reader of these counties may be told.
-- reads:  spatial_zone, spatial_datasetversion, spatial_patch
-- writes: -
-- params: holder_ids, county_ids
SELECT asked.id
FROM unnest(%(holder_ids)s::bigint[]) AS asked (id)
WHERE
    EXISTS (
        SELECT 1
        FROM spatial_zone AS zone
        INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
        WHERE
            zone.holder_id = asked.id
            AND version.status = 'active'
            AND version.region_id <> ALL(%(county_ids)s)
    )
    OR EXISTS (
        SELECT 1
        FROM spatial_patch AS patch
        WHERE patch.holder_id = asked.id AND patch.region_id <> ALL(%(county_ids)s)
    )
