-- what:   A ledger row is closed after it was recorded, and only ledger rows carry these times.
-- reads:  spatial_zone, spatial_layer, spatial_datasetversion
-- writes: -
-- params: -
SELECT
    zone.id AS zone_id,
    zone.recorded_from,
    zone.recorded_until
FROM spatial_zone AS zone
INNER JOIN spatial_layer AS layer ON zone.layer_id = layer.code
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
WHERE
    zone.recorded_until <= zone.recorded_from
    OR (layer.nature = 'snapshot' AND zone.recorded_from IS NOT NULL)
    OR (layer.nature = 'ledger' AND version.status = 'active' AND zone.recorded_from IS NULL)
ORDER BY zone.id
