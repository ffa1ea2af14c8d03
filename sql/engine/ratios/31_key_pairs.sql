-- what:   Pairs are looked up by patch, for each face of the cut.
-- reads:  -
-- writes: ratio_pair
-- params: -
CREATE INDEX ratio_pair_key ON ratio_pair (patch_id)
