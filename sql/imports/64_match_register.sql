-- what:   The patches of a batch that each row of a register names, with what they say; a row
--         without county may name several. county_ids null: every county.
-- reads:  import_row, spatial_patch, spatial_region
-- writes: -
-- params: batch_id, county_ids
SELECT
    found.row,
    patch.id AS patch_id,
    patch.jcbh,
    patch.attributes,
    patch.holder_id,
    region.code AS county
FROM import_row AS found
INNER JOIN spatial_patch AS patch
    ON patch.batch_id = %(batch_id)s AND found.source_id = patch.jcbh
INNER JOIN spatial_region AS region ON patch.region_id = region.id
WHERE
    (found.county_code IS NULL OR found.county_code = region.code)
    AND (%(county_ids)s::bigint[] IS NULL OR region.id = ANY(%(county_ids)s::bigint[]))
ORDER BY found.row, region.code
