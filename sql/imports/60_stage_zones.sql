-- what:   The delivery's rows as zones of each county's staged version, one source id wherever.
-- reads:  import_row, import_place, import_target
-- writes: spatial_zone
-- params: layer
INSERT INTO spatial_zone (
    version_id, layer_id, source_id, code, name, holder_id, document_id, attributes, delivered,
    source_row, declared_area_m2, geom
)
SELECT
    target.version_id,
    %(layer)s,
    found.source_id,
    coalesce(found.attributes ->> 'code', ''),
    coalesce(found.attributes ->> 'name', ''),
    found.holder_id,
    found.document_id,
    found.attributes,
    found.delivered,
    found.row,
    found.declared_area_m2,
    ST_Multi(found.geom)
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN import_target AS target ON place.region_id = target.region_id
ORDER BY target.version_id, found.row
