-- what:   Every pinned version of the counties that the patches may touch: from these the ones
--         that count were chosen.
-- reads:  chunk_patch, chunk_place, spatial_runpin, spatial_datasetversion, spatial_region
-- writes: -
-- params: -
SELECT DISTINCT
    place.assessment_id,
    version.id AS version,
    version.layer_id AS layer,
    region.code AS county_code,
    region.name AS county,
    version.valid_from,
    version.valid_until,
    version.declared_empty,
    version.declared_by,
    version.activated_at,
    version.retired_at,
    version.source_name AS source,
    version.source_sha256 AS sha256,
    version.zone_count AS zones
FROM chunk_place AS place
INNER JOIN chunk_patch AS patch ON place.assessment_id = patch.assessment_id
INNER JOIN spatial_runpin AS pin ON patch.run_id = pin.run_id
INNER JOIN spatial_datasetversion AS version
    ON pin.version_id = version.id AND place.county_id = version.region_id
INNER JOIN spatial_region AS region ON version.region_id = region.id
ORDER BY place.assessment_id, version.layer_id, region.code, version.valid_from, version.id
