-- what:   Forget the pieces of a partition that was measured.
-- reads:  -
-- writes: bench_piece
-- params: -
DROP TABLE bench_piece
