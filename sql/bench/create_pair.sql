-- what:   The crossing pairs of patches and parts: what the floor intersects.
-- reads:  -
-- writes: bench_pair
-- params: -
CREATE TABLE bench_pair (
    pair_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patch_ground geometry NOT NULL,
    part_ground geometry NOT NULL
)
