-- what:   How many patches have no date of the later image, so that no year of it takes them.
-- reads:  spatial_patch, spatial_batch
-- writes: -
-- params: ruleset, known_at, county_ids
SELECT count(*) AS patch_count
FROM spatial_patch AS patch
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
WHERE
    batch.ruleset = %(ruleset)s
    AND batch.source NOT IN ('选址', '机器初筛')
    AND patch.after_on IS NULL
    AND patch.region_id = ANY(%(county_ids)s)
    AND patch.created_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
