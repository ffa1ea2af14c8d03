-- what:   Zone parts whose box meets the patch's: the point test of step 80 is the exact one.
--         The patch is outside, the parts inside (OFFSET 0 pins the order of the join). Of
--         versions with partitions of their own only the one that the patch reads is searched;
--         all others lie together and are searched at once.
-- reads:  chunk_patch, chunk_read, zone_part
-- writes: chunk_hit
-- params: apart_ids, together_ids
CREATE TEMPORARY TABLE chunk_hit ON COMMIT DROP AS
WITH reads AS MATERIALIZED (
    SELECT chosen.assessment_id, array_agg(chosen.version_id) AS version_ids
    FROM chunk_read AS chosen
    WHERE chosen.version_id = ANY(%(together_ids)s::bigint[])
    GROUP BY chosen.assessment_id
)

SELECT
    patch.assessment_id,
    part.version_id,
    part.zone_id,
    part.ground
FROM chunk_patch AS patch
INNER JOIN chunk_read AS chosen ON patch.assessment_id = chosen.assessment_id
CROSS JOIN LATERAL (
    SELECT found.version_id, found.zone_id, found.ground
    FROM zone_part AS found
    WHERE
        -- those of the chunk, written out, so that only their partitions are planned
        found.version_id = ANY(%(apart_ids)s::bigint[])
        AND found.version_id = chosen.version_id
        AND found.ground && patch.ground
    OFFSET 0
) AS part
WHERE chosen.version_id = ANY(%(apart_ids)s::bigint[])
UNION ALL
SELECT
    patch.assessment_id,
    part.version_id,
    part.zone_id,
    part.ground
FROM chunk_patch AS patch
INNER JOIN reads ON patch.assessment_id = reads.assessment_id
CROSS JOIN LATERAL (
    SELECT found.version_id, found.zone_id, found.ground
    FROM zone_part AS found
    WHERE
        found.version_id = ANY(%(together_ids)s::bigint[])
        AND found.version_id = ANY(reads.version_ids)
        AND found.ground && patch.ground
    OFFSET 0
) AS part
