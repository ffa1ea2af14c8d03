-- what:   The versions that a chunk reads: named in the next statements, so that only their
--         partitions are planned.
-- reads:  chunk_read
-- writes: -
-- params: -
SELECT DISTINCT version_id
FROM chunk_read
ORDER BY version_id
