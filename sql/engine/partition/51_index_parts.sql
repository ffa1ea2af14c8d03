-- what:   Parts are looked up by place from here on: for patches that meet hundreds of them, whose
--         faces would else be tried against every one.
-- reads:  -
-- writes: chunk_hit
-- params: -
CREATE INDEX ON chunk_hit USING gist (ground)
