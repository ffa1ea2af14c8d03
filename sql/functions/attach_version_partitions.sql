-- what:   Make the partitions of zone_part and zone_edge for one version from derived_part and
--         derived_edge. Nothing locks the parents until the ready tables are attached.
-- reads:  derived_part, derived_edge
-- writes: zone_part, zone_edge
-- params: -
CREATE OR REPLACE FUNCTION attach_version_partitions(version bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    kind text;
    own text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['part', 'edge'] LOOP
        own := format('zone_%s_v%s', kind, version);
        EXECUTE format('DROP TABLE IF EXISTS %I', own);
        EXECUTE format(
            'CREATE TABLE %I (LIKE zone_%s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', own, kind
        );
        EXECUTE format(
            'INSERT INTO %I (version_id, zone_id, ground)'
            ' SELECT version_id, zone_id, ground FROM derived_%s ORDER BY ground', own, kind
        );
        EXECUTE format('ALTER TABLE %I ADD CHECK (version_id = %s)', own, version);
        EXECUTE format('CREATE INDEX ON %I USING gist (ground)', own);
        EXECUTE format('CREATE INDEX ON %I (zone_id)', own);
        EXECUTE format('GRANT SELECT ON %I TO gisland_web', own);
        EXECUTE format(
            'ALTER TABLE zone_%s ATTACH PARTITION %I FOR VALUES IN (%s)', kind, own, version
        );
        EXECUTE format('ANALYZE %I', own);
    END LOOP;
END
$$
