-- what:   Patches and their pieces in degrees, for drawing only; seq 0 is the patch.
-- reads:  spatial_assessment, spatial_patch, spatial_piece
-- writes: -
-- params: assessment_ids
SELECT
    piece.assessment_id,
    piece.seq,
    ST_AsGeoJSON(ST_Transform(piece.ground, 4490), 8)::jsonb -> 'coordinates' AS rings
FROM spatial_piece AS piece
WHERE piece.assessment_id = ANY(%(assessment_ids)s)
UNION ALL
SELECT
    assessment.id,
    0,
    ST_AsGeoJSON(patch.geom, 8)::jsonb -> 'coordinates'
FROM spatial_assessment AS assessment
INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
WHERE assessment.id = ANY(%(assessment_ids)s)
ORDER BY 1, 2
