-- what:   The versions whose zones differ: named in the next statement, so that only their
--         partitions are planned.
-- reads:  touched_zone
-- writes: -
-- params: -
SELECT DISTINCT version_id
FROM touched_zone
ORDER BY version_id
