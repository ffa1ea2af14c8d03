-- what:   The patches of a comparison with their labels before and after; is_said where the label
--         itself is another.
-- reads:  run_pair, spatial_patch, spatial_region, spatial_batch, spatial_assessment, spatial_run
-- writes: -
-- params: -
SELECT
    pair.patch_id,
    pair.differs,
    region.id AS county_id,
    batch.code || '/' || region.code || '/' || patch.jcbh AS address,
    patch.area_m2,
    was_run.ruleset_id AS was_ruleset,
    coalesce(was.label_code, '') AS was_code,
    coalesce(was.label_class, '') AS was_class,
    coalesce(was.label_term, '') AS was_term,
    now_run.ruleset_id AS now_ruleset,
    newer.label_code AS now_code,
    newer.label_class AS now_class,
    newer.label_term AS now_term,
    coalesce(
        was.label_class || ':' || was.label_code <> newer.label_class || ':' || newer.label_code,
        TRUE
    ) AS is_said
FROM run_pair AS pair
INNER JOIN spatial_patch AS patch ON pair.patch_id = patch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_assessment AS newer ON pair.now_id = newer.id
INNER JOIN spatial_run AS now_run ON newer.run_id = now_run.id
LEFT JOIN spatial_assessment AS was ON pair.was_id = was.id
LEFT JOIN spatial_run AS was_run ON was.run_id = was_run.id
ORDER BY region.code, batch.code, patch.jcbh, patch.id
