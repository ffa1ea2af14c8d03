-- what:   How many zones (of a ledger: open rows) the versions hold.
-- reads:  spatial_zone
-- writes: spatial_datasetversion
-- params: version_ids
UPDATE spatial_datasetversion
SET zone_count = (
    SELECT count(*) FROM spatial_zone AS zone
    WHERE zone.version_id = spatial_datasetversion.id AND zone.recorded_until IS NULL
)
WHERE id = ANY(%(version_ids)s::bigint[])
