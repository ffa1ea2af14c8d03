-- what:   The ground of a batch's current assessments by patch, county, township, conclusion and
--         class, and whether it lies within these counties: a patch of theirs may reach beyond.
-- reads:  spatial_patch, spatial_assessment, spatial_piece, spatial_region
-- writes: -
-- params: batch_id, county_ids
SELECT
    patch.id AS patch_id,
    county.code AS county_code,
    county.name AS county_name,
    piece.township_code,
    piece.conclusion AS code,
    piece.conclusion_class AS class,
    county.id = ANY(%(county_ids)s) AS within,
    sum(piece.area_m2) AS area_m2
FROM spatial_patch AS patch
INNER JOIN spatial_assessment AS assessment
    ON assessment.patch_id = patch.id AND assessment.is_current
INNER JOIN spatial_piece AS piece ON piece.assessment_id = assessment.id
INNER JOIN spatial_region AS county ON piece.county_id = county.id
WHERE patch.batch_id = %(batch_id)s AND patch.region_id = ANY(%(county_ids)s)
GROUP BY
    patch.id,
    county.id,
    piece.township_code,
    piece.conclusion,
    piece.conclusion_class
ORDER BY patch.id, county.code, piece.township_code, piece.conclusion, piece.conclusion_class
