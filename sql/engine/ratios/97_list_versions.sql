-- what:   The data versions that the assessments counted were made on, by layer and day: how many,
--         and over how many counties.
-- reads:  ratio_patch, spatial_assessment, spatial_runpin, spatial_datasetversion, spatial_layer
-- writes: -
-- params: county_ids
WITH chosen AS (
    SELECT DISTINCT assessment.run_id
    FROM ratio_patch AS counted
    INNER JOIN spatial_assessment AS assessment ON counted.assessment_id = assessment.id
    WHERE counted.county_id = ANY(%(county_ids)s)
)

SELECT
    version.layer_id,
    layer.term,
    version.valid_from,
    count(DISTINCT version.region_id) AS county_count,
    array_agg(DISTINCT version.id ORDER BY version.id) AS ids
FROM chosen
INNER JOIN spatial_runpin AS pin ON chosen.run_id = pin.run_id
INNER JOIN spatial_datasetversion AS version ON pin.version_id = version.id
INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
WHERE version.region_id = ANY(%(county_ids)s)
GROUP BY version.layer_id, layer.term, version.valid_from
ORDER BY version.layer_id, version.valid_from
