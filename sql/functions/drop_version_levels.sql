-- what:   Drop the partition of zone_level of one version, where there is one.
-- reads:  -
-- writes: zone_level
-- params: -
CREATE OR REPLACE FUNCTION drop_version_levels(version bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', format('zone_level_v%s', version));
END
$$
