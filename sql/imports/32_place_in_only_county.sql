-- what:   Where the delivery's one county has no boundary on record, every row goes there.
-- reads:  import_row, import_target, import_county
-- writes: import_place
-- params: -
INSERT INTO import_place (row, region_id)
SELECT
    found.row,
    target.region_id
FROM import_row AS found
CROSS JOIN import_target AS target
WHERE
    (SELECT count(*) FROM import_target) = 1
    AND NOT EXISTS (SELECT 1 FROM import_county)
    AND NOT EXISTS (SELECT 1 FROM import_place AS place WHERE place.row = found.row)
