-- what:   Generalised ground of versions for the map's far zooms, in EPSG:3857. Derived. A version
--         that has no partition here is drawn from its zones.
-- reads:  -
-- writes: zone_level
-- params: -
CREATE TABLE zone_level (
    version_id bigint NOT NULL,
    level smallint NOT NULL,
    zone_id bigint,
    twin bigint,
    shade text,
    point geometry(Point, 3857),
    geom geometry(Polygon, 3857) NOT NULL
) PARTITION BY LIST (version_id)
