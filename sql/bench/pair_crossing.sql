-- what:   The pairs of patch and part that cross: neither lies in the other, both have ground in
--         common. What no engine can do without is to intersect these.
-- reads:  chunk_patch, chunk_read, zone_part
-- writes: bench_pair
-- params: version_ids
INSERT INTO bench_pair (patch_ground, part_ground)
SELECT patch.ground, part.ground
FROM chunk_patch AS patch
INNER JOIN (
    SELECT chosen.assessment_id, array_agg(chosen.version_id) AS version_ids
    FROM chunk_read AS chosen
    GROUP BY chosen.assessment_id
) AS reads ON patch.assessment_id = reads.assessment_id
CROSS JOIN LATERAL (
    SELECT found.ground
    FROM zone_part AS found
    WHERE
        found.version_id = ANY(%(version_ids)s)
        AND found.version_id = ANY(reads.version_ids)
        AND found.ground && patch.ground
    OFFSET 0
) AS part
WHERE ST_Overlaps(patch.ground, part.ground)
