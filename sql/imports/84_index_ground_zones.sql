-- what:   Ground is looked up by its zone too.
-- reads:  -
-- writes: diff_ground
-- params: -
CREATE INDEX ON diff_ground (zone_id)
