-- what:   Unique boundary lines of zones in the equal-area CRS: only to cut. Derived.
-- reads:  -
-- writes: zone_edge
-- params: -
CREATE TABLE zone_edge (
    version_id bigint NOT NULL,
    zone_id bigint,
    ground geometry(LineString, 990003) NOT NULL
) PARTITION BY LIST (version_id)
