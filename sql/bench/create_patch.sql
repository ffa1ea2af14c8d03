-- what:   Patches as they are generated, before they are measured.
-- reads:  -
-- writes: bench_patch
-- params: -
CREATE TEMPORARY TABLE bench_patch (
    row_no integer PRIMARY KEY,
    region_id bigint NOT NULL,
    jcbh text NOT NULL,
    kind text NOT NULL,
    before_on date NOT NULL,
    after_on date NOT NULL,
    holder_id bigint,
    geom geometry(MultiPolygon, 4490) NOT NULL
) ON COMMIT DROP
