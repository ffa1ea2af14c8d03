-- what:   What the ground of each of these patches is found to be: the rows behind the table of
--         issued patches, one a patch and stage.
-- reads:  ratio_stage
-- writes: -
-- params: patch_ids
SELECT
    stage.patch_id,
    stage.stage,
    sum(stage.area_m2) AS area_m2,
    sum(stage.cultivated_m2) AS cultivated_m2,
    sum(stage.basic_farm_m2) AS basic_farm_m2,
    sum(stage.doubtful_m2) AS doubtful_m2,
    sum(stage.rectified_m2) AS rectified_m2
FROM ratio_stage AS stage
WHERE stage.patch_id = ANY(%(patch_ids)s)
GROUP BY stage.patch_id, stage.stage
ORDER BY stage.patch_id, stage.stage
