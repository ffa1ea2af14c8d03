-- what:   Numbers of the batch that are these but for zeros in front, which spreadsheets drop.
-- reads:  spatial_patch
-- writes: -
-- params: batch_id, numbers
SELECT DISTINCT
    patch.jcbh,
    ltrim(patch.jcbh, '0') AS bare
FROM spatial_patch AS patch
WHERE
    patch.batch_id = %(batch_id)s
    AND ltrim(patch.jcbh, '0') = ANY(%(numbers)s::text[])
ORDER BY patch.jcbh
