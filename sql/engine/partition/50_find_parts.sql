-- what:   Zone parts whose box meets the patch's: the point test of step 80 is the exact one.
--         The patch is outside, the parts inside (OFFSET 0 pins the order of the join).
-- reads:  chunk_patch, chunk_read, zone_part
-- writes: chunk_hit
-- params: version_ids
CREATE TEMPORARY TABLE chunk_hit ON COMMIT DROP AS
WITH reads AS MATERIALIZED (
    SELECT chosen.assessment_id, array_agg(chosen.version_id) AS version_ids
    FROM chunk_read AS chosen
    GROUP BY chosen.assessment_id
)

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
        -- those of the chunk, written out, so that only their partitions are planned
        found.version_id = ANY(%(version_ids)s)
        AND found.version_id = ANY(reads.version_ids)
        AND found.ground && patch.ground
    OFFSET 0
) AS part
