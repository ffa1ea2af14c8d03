-- what:   Rows whose key is in the batch already, and whether they say the same.
-- reads:  import_row, import_place, spatial_patch
-- writes: -
-- params: batch_id
SELECT
    found.row,
    patch.jcbh,
    ST_AsBinary(patch.geom) = ST_AsBinary(ST_Multi(found.geom)) AS same_geom,
    patch.attributes = found.attributes AS same_attributes
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN spatial_patch AS patch
    ON
        place.region_id = patch.region_id
        AND patch.batch_id = %(batch_id)s
        AND patch.jcbh = found.attributes ->> 'jcbh'
ORDER BY found.row
