-- what:   Facts are looked up by patch, for each face of the cut.
-- reads:  -
-- writes: ratio_fact
-- params: -
CREATE INDEX ratio_fact_key ON ratio_fact (patch_id, what)
