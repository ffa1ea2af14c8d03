-- what:   How much of each patch lies beyond its county's boundary; null where none is known.
-- reads:  chunk_patch, spatial_patch, spatial_region
-- writes: -
-- params: -
SELECT
    patch.assessment_id,
    CASE
        WHEN ST_CoveredBy(source.geom, region.geom) THEN 0
        ELSE area_m2(ST_Transform(ST_Difference(source.geom, region.geom), 990003))
    END AS beyond_m2
FROM chunk_patch AS patch
INNER JOIN spatial_patch AS source ON patch.patch_id = source.id
INNER JOIN spatial_region AS region ON patch.county_id = region.id
ORDER BY patch.assessment_id
