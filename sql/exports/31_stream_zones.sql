-- what:   The selected zones in order, with the county and date of the version that each is from.
-- reads:  export_row, spatial_zone, spatial_datasetversion, spatial_region
-- writes: -
-- params: -
SELECT
    zone.id,
    zone.source_id,
    zone.attributes,
    zone.delivered,
    zone.area_m2,
    version.valid_from,
    region.code AS county,
    ST_AsBinary(zone.geom) AS geom
FROM export_row AS chosen
INNER JOIN spatial_zone AS zone ON chosen.id = zone.id
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
INNER JOIN spatial_region AS region ON version.region_id = region.id
WHERE chosen.answer
ORDER BY chosen.seq
