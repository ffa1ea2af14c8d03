-- what:   Give a large version partitions of its own: loaded aside, indexed, then attached.
-- reads:  derived_part, derived_edge
-- writes: -
-- params: version_id
SELECT attach_version_partitions(%(version_id)s)
