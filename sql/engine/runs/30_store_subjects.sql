-- what:   Infer who uses the ground (推定): of the first layer in the ruleset's order that tells,
--         the holder whose zones cover most of the patch, at least a tenth of it.
-- reads:  chunk_patch, chunk_hit, chunk_zone
-- writes: spatial_assessment
-- params: subject_layers
UPDATE spatial_assessment AS assessment
SET subject_id = found.holder_id, subject_from = found.layer_id || '.holder'
FROM (
    SELECT DISTINCT ON (overlap.assessment_id)
        overlap.assessment_id,
        overlap.holder_id,
        overlap.layer_id
    FROM (
        SELECT
            patch.assessment_id,
            zone.layer_id,
            zone.holder_id,
            area_m2(patch.ground) AS patch_m2,
            area_m2(ST_Union(ST_Intersection(patch.ground, hit.ground))) AS overlap_m2
        FROM chunk_patch AS patch
        INNER JOIN chunk_hit AS hit ON patch.assessment_id = hit.assessment_id
        INNER JOIN chunk_zone AS zone ON hit.zone_id = zone.zone_id
        WHERE
            patch.subject_id IS NULL
            AND zone.holder_id IS NOT NULL
            AND zone.layer_id = ANY(%(subject_layers)s)
            AND ST_Intersects(patch.ground, hit.ground)
        GROUP BY patch.assessment_id, zone.layer_id, zone.holder_id, patch.ground
    ) AS overlap
    WHERE overlap.overlap_m2 >= 0.1 * overlap.patch_m2
    ORDER BY
        overlap.assessment_id,
        array_position(%(subject_layers)s::text[], overlap.layer_id::text),
        overlap.overlap_m2 DESC,
        overlap.holder_id
) AS found
WHERE assessment.id = found.assessment_id
