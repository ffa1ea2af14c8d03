-- what:   A text that changes whenever a row of these regions does, their boundaries among it:
--         who wrote each row, and where it lies.
-- reads:  spatial_region
-- writes: -
-- params: region_ids
SELECT coalesce(string_agg(concat(region.xmin, region.ctid), ' ' ORDER BY region.id), '') AS marks
FROM spatial_region AS region
WHERE region.id = ANY(%(region_ids)s::bigint[])
