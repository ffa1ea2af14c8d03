-- what:   The patches on ground of papers whose number contains a key: rows in force, of layers and
--         counties that may be identified.
-- reads:  spatial_document, spatial_zone, spatial_datasetversion, spatial_patch
-- writes: -
-- params: key, county_ids, layer_codes
SELECT DISTINCT patch.id AS patch_id
FROM spatial_document AS document
INNER JOIN spatial_zone AS zone ON document.id = zone.document_id
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
CROSS JOIN LATERAL (
    SELECT found.id, found.geom
    FROM spatial_patch AS found
    WHERE found.region_id = ANY(%(county_ids)s) AND found.geom && zone.geom
    OFFSET 0
) AS patch
WHERE
    strpos(document.number_key, %(key)s) > 0
    AND zone.recorded_until IS NULL
    AND zone.layer_id = ANY(%(layer_codes)s)
    AND version.region_id = ANY(%(county_ids)s)
    AND ST_Intersects(zone.geom, patch.geom)
