-- what:   Rows in no county of the delivery: how many, and the area that they declare.
-- reads:  import_row, import_place
-- writes: -
-- params: -
SELECT
    count(*) AS delivered,
    count(found.declared_area_m2) AS declared,
    sum(found.declared_area_m2)::double precision AS declared_m2
FROM import_row AS found
WHERE NOT EXISTS (SELECT 1 FROM import_place AS place WHERE place.row = found.row)
