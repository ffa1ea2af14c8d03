-- what:   Zones are looked up by id from here on.
-- reads:  -
-- writes: chunk_zone
-- params: -
ALTER TABLE chunk_zone ADD PRIMARY KEY (zone_id)
