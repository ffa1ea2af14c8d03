-- what:   The pinned versions that the sums over a subject's ground may read: named in step 20, so
--         that only their partitions are planned.
-- reads:  spatial_runpin, spatial_datasetversion
-- writes: -
-- params: run_id, summed_layers
SELECT version.id AS version_id
FROM spatial_runpin AS pin
INNER JOIN spatial_datasetversion AS version ON pin.version_id = version.id
WHERE
    pin.run_id = %(run_id)s
    AND version.layer_id = ANY(%(summed_layers)s)
    AND NOT version.declared_empty
ORDER BY version.id
