-- what:   Rows of one delivery that share county and number.
-- reads:  import_row, import_place
-- writes: -
-- params: -
SELECT
    found.row,
    found.attributes ->> 'jcbh' AS jcbh,
    min(found.row) OVER (
        PARTITION BY place.region_id, found.attributes ->> 'jcbh'
    ) AS first_row
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
ORDER BY found.row
