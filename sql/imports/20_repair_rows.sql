-- what:   Make invalid rows valid by their structure, polygons only; keep what was delivered,
--         the reason and the place.
-- reads:  -
-- writes: import_row
-- params: -
UPDATE import_row
SET
    delivered_geom = geom,
    geom = ST_Multi(ST_CollectionExtract(ST_MakeValid(geom, 'method=structure'), 3)),
    reason = (ST_IsValidDetail(geom)).reason,
    spot = (ST_IsValidDetail(geom)).location
WHERE NOT sound AND NOT ST_IsValid(geom)
