-- what:   Parts of zones in the equal-area CRS: only to find and to label. Derived.
-- reads:  -
-- writes: zone_part
-- params: -
CREATE TABLE zone_part (
    version_id bigint NOT NULL,
    zone_id bigint NOT NULL,
    ground geometry(Polygon, 990003) NOT NULL
) PARTITION BY LIST (version_id)
