-- what:   The zones of a version that was taken out of use, again in the version that restores it.
-- reads:  -
-- writes: spatial_zone
-- params: from_id, to_id
INSERT INTO spatial_zone (
    version_id, layer_id, source_id, code, name, holder_id, document_id, attributes, delivered,
    source_row, declared_area_m2, geom
)
SELECT
    %(to_id)s,
    zone.layer_id,
    zone.source_id,
    zone.code,
    zone.name,
    zone.holder_id,
    zone.document_id,
    zone.attributes,
    zone.delivered,
    zone.source_row,
    zone.declared_area_m2,
    zone.geom
FROM spatial_zone AS zone
WHERE zone.version_id = %(from_id)s
ORDER BY zone.id
