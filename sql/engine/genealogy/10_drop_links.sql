-- what:   The links of these patches go: they are found anew.
-- reads:  -
-- writes: spatial_patchlink
-- params: patch_ids
DELETE FROM spatial_patchlink AS link
WHERE link.patch_id = ANY(%(patch_ids)s::bigint[]) OR link.earlier_id = ANY(%(patch_ids)s::bigint[])
