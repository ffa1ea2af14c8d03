-- what:   How many links of each kind there are on these patches.
-- reads:  spatial_patchlink
-- writes: -
-- params: patch_ids
SELECT
    link.kind,
    count(*) AS link_count
FROM spatial_patchlink AS link
WHERE link.patch_id = ANY(%(patch_ids)s::bigint[]) OR link.earlier_id = ANY(%(patch_ids)s::bigint[])
GROUP BY link.kind
ORDER BY link.kind
