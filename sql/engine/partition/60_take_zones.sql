-- what:   The zones behind the parts, as they were known at the run's known_at. Zones that step 62
--         widens follow with an id of their own; source_id is the zone's.
-- reads:  chunk_hit, spatial_zone, spatial_datasetversion
-- writes: chunk_zone
-- params: known_at
CREATE TEMPORARY TABLE chunk_zone ON COMMIT DROP AS
SELECT
    zone.id AS zone_id,
    zone.version_id,
    zone.layer_id,
    version.region_id AS county_id,
    zone.code,
    zone.holder_id,
    zone.attributes,
    zone.id AS source_id,
    0::double precision AS within_m
FROM spatial_zone AS zone
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
WHERE
    zone.id IN (
        SELECT hit.zone_id
        FROM chunk_hit AS hit
    )
    AND (zone.recorded_from IS NULL OR zone.recorded_from <= %(known_at)s)
    AND (zone.recorded_until IS NULL OR zone.recorded_until > %(known_at)s)
