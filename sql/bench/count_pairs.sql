-- what:   How many pairs of patch and part cross.
-- reads:  bench_pair
-- writes: -
-- params: -
SELECT coalesce(max(pair.pair_no), 0) AS pairs
FROM bench_pair AS pair
