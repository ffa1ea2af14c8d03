-- what:   The versions that a chunk reads: named in the next statements, so that only their
--         partitions are planned; and whether each has partitions of its own.
-- reads:  chunk_read
-- writes: -
-- params: -
SELECT
    named.version_id,
    to_regclass('zone_part_v' || named.version_id) IS NOT NULL AS is_apart
FROM (
    SELECT DISTINCT chosen.version_id
    FROM chunk_read AS chosen
) AS named
ORDER BY named.version_id
