-- what:   The zones of staged versions that are given up: nothing ever read them.
-- reads:  spatial_datasetversion
-- writes: spatial_zone
-- params: version_ids
DELETE FROM spatial_zone AS zone
USING spatial_datasetversion AS version
WHERE
    zone.version_id = version.id
    AND version.id = ANY(%(version_ids)s::bigint[])
    AND version.status = 'staged'
