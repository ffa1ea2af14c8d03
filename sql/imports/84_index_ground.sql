-- what:   Ground is looked up by place from here on.
-- reads:  -
-- writes: diff_ground
-- params: -
CREATE INDEX ON diff_ground USING gist (geom)
