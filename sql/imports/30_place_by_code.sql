-- what:   Rows whose own region code names a county of the delivery go there.
-- reads:  import_row, import_target
-- writes: import_place
-- params: -
INSERT INTO import_place (row, region_id)
SELECT
    found.row,
    target.region_id
FROM import_row AS found
INNER JOIN import_target AS target ON found.county_code = target.code
