-- what:   The delivery's rows as zones of each county's staged version, one source id wherever.
--         The keys are sorted, and each row fetched by its own: whole rows would be sorted on disk.
-- reads:  import_row, import_place, import_target
-- writes: spatial_zone
-- params: layer
INSERT INTO spatial_zone (
    version_id, layer_id, source_id, code, name, holder_id, document_id, attributes, delivered,
    source_row, declared_area_m2, geom
)
SELECT
    home.version_id,
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
FROM (
    SELECT
        place.row,
        target.version_id
    FROM import_place AS place
    INNER JOIN import_target AS target ON place.region_id = target.region_id
    ORDER BY target.version_id, place.row
) AS home
CROSS JOIN LATERAL (
    SELECT *
    FROM import_row
    WHERE import_row.row = home.row
    OFFSET 0
) AS found
