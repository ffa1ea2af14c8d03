-- what:   Patches are looked up by id from here on.
-- reads:  -
-- writes: touched_patch
-- params: -
ALTER TABLE touched_patch ADD PRIMARY KEY (patch_id)
