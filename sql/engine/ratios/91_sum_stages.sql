-- what:   The table of issued patches: sums of the stages by region, by level of issue, by batch,
--         by each region with those, and of all; `stage` null: all stages. A patch counts once in
--         each row and stage that it has ground in.
-- reads:  ratio_stage, spatial_patch, spatial_batch
-- writes: -
-- params: digits, source, batch
WITH placed AS (
    SELECT
        stage.*,
        batch.source,
        batch.code AS batch_code,
        CASE
            WHEN %(digits)s <= 6 THEN left(stage.county_code, %(digits)s)
            WHEN stage.township_code = '' THEN stage.county_code
            ELSE stage.township_code
        END AS region_code
    FROM ratio_stage AS stage
    INNER JOIN spatial_patch AS patch ON stage.patch_id = patch.id
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    WHERE
        (%(source)s = '' OR batch.source = %(source)s)
        AND (%(batch)s = '' OR batch.code = %(batch)s)
)

SELECT
    placed.region_code,
    placed.source,
    placed.batch_code,
    placed.stage,
    count(DISTINCT placed.patch_id) AS patch_count,
    count(DISTINCT placed.patch_id) FILTER (WHERE placed.settled) AS settled_count,
    count(DISTINCT placed.patch_id) FILTER (WHERE placed.stage = 'illegal' AND placed.put_right)
        AS put_right_count,
    sum(placed.area_m2) AS area_m2,
    sum(placed.cultivated_m2) AS cultivated_m2,
    sum(placed.basic_farm_m2) AS basic_farm_m2,
    sum(placed.doubtful_m2) AS doubtful_m2,
    coalesce(sum(placed.rectified_m2) FILTER (WHERE placed.stage = 'illegal'), 0) AS rectified_m2,
    coalesce(sum(placed.rectified_cultivated_m2) FILTER (WHERE placed.stage = 'illegal'), 0)
        AS rectified_cultivated_m2,
    coalesce(sum(placed.rectified_basic_farm_m2) FILTER (WHERE placed.stage = 'illegal'), 0)
        AS rectified_basic_farm_m2
FROM placed
GROUP BY GROUPING SETS (
    (placed.region_code, placed.source, placed.batch_code, placed.stage),
    (placed.region_code, placed.source, placed.batch_code),
    (placed.region_code, placed.source, placed.stage),
    (placed.region_code, placed.source),
    (placed.region_code, placed.stage),
    (placed.region_code),
    (placed.source, placed.batch_code, placed.stage),
    (placed.source, placed.batch_code),
    (placed.source, placed.stage),
    (placed.source),
    (placed.stage),
    ()
)
ORDER BY
    placed.region_code NULLS LAST,
    placed.source NULLS LAST,
    placed.batch_code NULLS LAST,
    placed.stage NULLS FIRST
