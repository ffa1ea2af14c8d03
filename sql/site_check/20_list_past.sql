-- what:   Patches of the past on the ground of a site, as far as the asker may see them, with what
--         is current on each and the area of the ground in common, in m2; earlier site checks of
--         the own unit (or shared ones) among them.
-- reads:  spatial_patch, spatial_batch, spatial_region, spatial_assessment, spatial_run
-- writes: -
-- params: patch_id, county_ids, unit_id
SELECT
    other.id,
    other.jcbh,
    region.code AS county,
    batch.code AS batch,
    batch.title AS batch_title,
    batch.source,
    batch.ruleset,
    batch.issued_on,
    other.before_on,
    other.after_on,
    other.area_m2,
    found.label_code,
    found.label_term,
    found.label_class,
    run.ruleset_id,
    round(area_m2(ST_Intersection(other.ground, site.ground))::numeric, 2) AS common_m2
FROM spatial_patch AS site
INNER JOIN spatial_patch AS other
    ON
        other.id <> site.id
        AND other.created_at < site.created_at
        AND ST_Intersects(other.ground, site.ground)
INNER JOIN spatial_batch AS batch ON other.batch_id = batch.id
INNER JOIN spatial_region AS region ON other.region_id = region.id
LEFT JOIN spatial_assessment AS found ON other.id = found.patch_id AND found.is_current
LEFT JOIN spatial_run AS run ON found.run_id = run.id
WHERE
    site.id = %(patch_id)s
    AND other.region_id = ANY(%(county_ids)s)
    AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s::bigint)
ORDER BY batch.issued_on DESC NULLS LAST, batch.code, other.jcbh
