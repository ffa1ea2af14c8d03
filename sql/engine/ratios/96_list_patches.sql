-- what:   The patches behind a figure: one region, some bands; what of each counts there, and the
--         sums of all of them. The weightiest first.
-- reads:  ratio_band, spatial_patch, spatial_batch, spatial_region, spatial_project
-- writes: -
-- params: county_ids, digits, region_code, bands, first, most
WITH summed AS (
    SELECT
        band.patch_id,
        sum(band.area_m2) AS area_m2,
        sum(band.cultivated_m2) AS cultivated_m2,
        array_remove(array_agg(DISTINCT band.code ORDER BY band.code), NULL) AS codes,
        array_agg(DISTINCT band.township_code ORDER BY band.township_code) AS townships
    FROM ratio_band AS band
    WHERE
        band.county_id = ANY(%(county_ids)s)
        AND band.band = ANY(%(bands)s)
        AND CASE
            WHEN %(digits)s <= 6 THEN left(band.county_code, %(digits)s)
            WHEN band.township_code = '' THEN band.county_code
            ELSE band.township_code
        END = %(region_code)s
    GROUP BY band.patch_id
)

SELECT
    summed.patch_id,
    batch.code || '/' || region.code || '/' || patch.jcbh AS address,
    region.code AS county,
    summed.townships,
    coalesce(project.name, '') AS project,
    summed.codes,
    summed.area_m2,
    summed.cultivated_m2,
    count(*) OVER () AS of_count,
    sum(summed.area_m2) OVER () AS of_area_m2,
    sum(summed.cultivated_m2) OVER () AS of_cultivated_m2
FROM summed
INNER JOIN spatial_patch AS patch ON summed.patch_id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
LEFT JOIN spatial_project AS project ON patch.project_id = project.id
ORDER BY summed.cultivated_m2 DESC, summed.area_m2 DESC, summed.patch_id
LIMIT %(most)s OFFSET %(first)s
