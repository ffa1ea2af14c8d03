-- what:   Note the version that each county's rows will belong to.
-- reads:  -
-- writes: import_target
-- params: region_ids, version_ids
UPDATE import_target AS target
SET version_id = made.version_id
FROM unnest(%(region_ids)s::bigint[], %(version_ids)s::bigint[]) AS made (region_id, version_id)
WHERE target.region_id = made.region_id
