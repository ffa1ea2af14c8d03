-- what:   Sums by region and band (band null: all bands; region null: all regions): exact
--         decimals. By counties and above the county of the piece tells; by townships ground in
--         none counts to its county. ``illegal_cultivated_m2`` is what would stand in the
--         numerator had nothing been put right.
-- reads:  ratio_band
-- writes: -
-- params: county_ids, digits
WITH placed AS (
    SELECT
        band.*,
        CASE
            WHEN %(digits)s <= 6 THEN left(band.county_code, %(digits)s)
            WHEN band.township_code = '' THEN band.county_code
            ELSE band.township_code
        END AS region_code
    FROM ratio_band AS band
    WHERE band.county_id = ANY(%(county_ids)s)
),

grouped AS (
    SELECT
        placed.region_code,
        placed.band,
        placed.patch_id,
        sum(placed.area_m2) AS area_m2,
        sum(placed.cultivated_m2) AS cultivated_m2,
        sum(placed.cultivated_m2) FILTER (WHERE placed.is_illegal) AS illegal_cultivated_m2,
        sum(placed.area_m2) FILTER (WHERE placed.doubtful) AS doubtful_m2
    FROM placed
    GROUP BY placed.region_code, placed.band, placed.patch_id
)

SELECT
    grouped.region_code,
    grouped.band,
    count(DISTINCT grouped.patch_id) AS patch_count,
    sum(grouped.area_m2) AS area_m2,
    sum(grouped.cultivated_m2) AS cultivated_m2,
    coalesce(sum(grouped.illegal_cultivated_m2), 0) AS illegal_cultivated_m2,
    coalesce(sum(grouped.doubtful_m2), 0) AS doubtful_m2
FROM grouped
GROUP BY GROUPING SETS (
    (grouped.region_code, grouped.band), (grouped.region_code), (grouped.band), ()
)
ORDER BY grouped.region_code NULLS LAST, grouped.band NULLS FIRST
