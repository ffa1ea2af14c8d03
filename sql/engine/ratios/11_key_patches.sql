-- what:   The next steps look patches up one by one.
-- reads:  -
-- writes: ratio_patch
-- params: -
CREATE UNIQUE INDEX ratio_patch_key ON ratio_patch (patch_id)
