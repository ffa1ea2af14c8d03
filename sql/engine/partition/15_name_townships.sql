-- what:   The pinned versions of the townships: named in the next statement, so that only their
--         partitions are planned.
-- reads:  spatial_runpin, spatial_datasetversion
-- writes: -
-- params: run_id
SELECT version.id AS version_id
FROM spatial_runpin AS pin
INNER JOIN spatial_datasetversion AS version ON pin.version_id = version.id
WHERE
    pin.run_id = %(run_id)s
    AND version.layer_id = 'township'
    AND NOT version.declared_empty
ORDER BY version.id
