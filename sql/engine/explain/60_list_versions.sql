-- what:   The versions that the patch was judged by, per layer and policy; none where missing.
-- reads:  chunk_place, chunk_version, spatial_layer, spatial_datasetversion, spatial_region
-- writes: -
-- params: -
SELECT DISTINCT
    place.assessment_id,
    version.layer_id AS layer,
    layer.term,
    version.policy,
    region.name AS county,
    region.code AS county_code,
    version.version_id AS version,
    dated.valid_from,
    version.declared_empty
FROM chunk_place AS place
INNER JOIN chunk_version AS version ON place.window_id = version.window_id
INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
INNER JOIN spatial_region AS region ON place.county_id = region.id
LEFT JOIN spatial_datasetversion AS dated ON version.version_id = dated.id
ORDER BY
    place.assessment_id, version.layer_id, version.policy, region.name, dated.valid_from,
    version.version_id
