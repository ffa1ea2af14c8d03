-- what:   Find county parts by place.
-- reads:  -
-- writes: import_county
-- params: -
CREATE INDEX import_county_geom ON import_county USING gist (geom)
