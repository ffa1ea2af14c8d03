-- what:   Give a version the levels that were put together, in place of those that it had.
-- reads:  derived_level
-- writes: -
-- params: version_id
SELECT attach_version_levels(%(version_id)s)
