-- what:   The labelled pieces of a partition without its judgement.
-- reads:  -
-- writes: bench_piece
-- params: -
CREATE TABLE bench_piece (
    assessment_id bigint NOT NULL,
    seq bigint NOT NULL,
    zone_ids bigint[] NOT NULL,
    area_m2 numeric NOT NULL,
    exact_m2 double precision NOT NULL,
    ground geometry NOT NULL,
    PRIMARY KEY (assessment_id, seq)
)
