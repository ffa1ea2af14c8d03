-- what:   How many zones are selected, how many in doubt, where they lie, and their counties'
--         meridians.
-- reads:  export_row, spatial_zone, spatial_datasetversion, spatial_region
-- writes: -
-- params: -
SELECT
    count(*) FILTER (WHERE chosen.answer) AS row_count,
    count(*) FILTER (WHERE chosen.answer IS NULL) AS doubtful,
    array_agg(DISTINCT region.central_meridian) FILTER (WHERE chosen.answer) AS meridians,
    min(ST_XMin(zone.geom)) FILTER (WHERE chosen.answer) AS west,
    min(ST_YMin(zone.geom)) FILTER (WHERE chosen.answer) AS south,
    max(ST_XMax(zone.geom)) FILTER (WHERE chosen.answer) AS east,
    max(ST_YMax(zone.geom)) FILTER (WHERE chosen.answer) AS north
FROM export_row AS chosen
INNER JOIN spatial_zone AS zone ON chosen.id = zone.id
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
INNER JOIN spatial_region AS region ON version.region_id = region.id
