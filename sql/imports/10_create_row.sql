-- what:   The rows of one delivery while it is judged; gone with the transaction. geom is in
--         EPSG:4490, source_area the declared area in m2, spans the days that dates may mean.
--         sound (valid), short_area_m2 (the area where no edge is densified) and begins_in (the
--         county in which the first corner lies) are what the program saw already: where not, the
--         server looks. Rows lie here for a moment only: nothing of them is compressed.
-- reads:  -
-- writes: import_row
-- params: -
CREATE TEMPORARY TABLE import_row (
    row integer PRIMARY KEY,
    geom geometry(GEOMETRY, 4490),
    attributes jsonb NOT NULL,
    spans jsonb NOT NULL,
    delivered jsonb NOT NULL,
    delivered_crs text,
    source_id text NOT NULL,
    county_code text,
    declared_area_m2 numeric,
    holder_code text NOT NULL DEFAULT '',
    holder_name text NOT NULL DEFAULT '',
    holder_key text NOT NULL DEFAULT '',
    document_key text NOT NULL DEFAULT '',
    project_code text NOT NULL DEFAULT '',
    project_key text NOT NULL DEFAULT '',
    sound boolean NOT NULL DEFAULT FALSE,
    short_area_m2 double precision,
    begins_in bigint,
    delivered_geom geometry(GEOMETRY, 4490),
    reason text,
    spot geometry(POINT, 4490),
    holder_id bigint,
    document_id bigint,
    project_id bigint
) WITH (toast_tuple_target = 8160) ON COMMIT DROP
