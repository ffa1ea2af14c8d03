-- what:   Make the partition of zone_level for one version from derived_level. Readers wait only
--         while the ready table takes the place of the old one.
-- reads:  derived_level
-- writes: zone_level
-- params: -
CREATE OR REPLACE FUNCTION attach_version_levels(version bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    own text := format('zone_level_v%s', version);
    aside text := format('zone_level_n%s', version);
    number smallint;
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', aside);
    EXECUTE format(
        'CREATE TABLE %I (LIKE zone_level INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', aside
    );
    EXECUTE format(
        'INSERT INTO %I SELECT * FROM derived_level ORDER BY level, geom', aside
    );
    EXECUTE format('ALTER TABLE %I ADD CHECK (version_id = %s)', aside, version);
    FOR number IN SELECT DISTINCT derived_level.level FROM derived_level LOOP
        EXECUTE format('CREATE INDEX ON %I USING gist (geom) WHERE level = %s', aside, number);
    END LOOP;
    EXECUTE format('GRANT SELECT ON %I TO gisland_web', aside);
    EXECUTE format('ANALYZE %I', aside);
    EXECUTE format('DROP TABLE IF EXISTS %I', own);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', aside, own);
    EXECUTE format(
        'ALTER TABLE zone_level ATTACH PARTITION %I FOR VALUES IN (%s)', own, version
    );
END
$$
