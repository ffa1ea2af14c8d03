-- what:   The patches that may be touched.
-- reads:  touched_choice
-- writes: -
-- params: -
SELECT choice.patch_id
FROM touched_choice AS choice
ORDER BY choice.patch_id
