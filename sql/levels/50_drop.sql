-- what:   Take a version's levels away: it is drawn from its zones again.
-- reads:  -
-- writes: -
-- params: version_id
SELECT drop_version_levels(%(version_id)s)
