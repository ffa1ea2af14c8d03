-- what:   Forget the pairs of a floor that was measured.
-- reads:  -
-- writes: bench_pair
-- params: -
DROP TABLE bench_pair
