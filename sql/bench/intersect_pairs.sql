-- what:   The floor: intersection and area of crossing pairs, and nothing else.
-- reads:  bench_pair
-- writes: -
-- params: low, high
SELECT sum(area_m2(ST_Intersection(pair.patch_ground, pair.part_ground))) AS m2
FROM bench_pair AS pair
WHERE pair.pair_no > %(low)s AND pair.pair_no <= %(high)s
