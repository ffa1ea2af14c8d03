-- what:   The counties that rows went to, and how many.
-- reads:  import_place
-- writes: -
-- params: -
SELECT
    region_id,
    count(*) AS zones
FROM import_place
GROUP BY region_id
ORDER BY region_id
