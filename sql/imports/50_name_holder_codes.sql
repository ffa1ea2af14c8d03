-- what:   A holder known by name alone whose code the delivery tells gets that code.
-- reads:  import_row
-- writes: spatial_holder
-- params: -
UPDATE spatial_holder AS holder
SET code = told.holder_code
FROM (
    SELECT
        found.holder_key,
        min(found.holder_code) AS holder_code
    FROM import_row AS found
    WHERE found.holder_code <> '' AND found.holder_key <> ''
    GROUP BY found.holder_key
    HAVING count(DISTINCT found.holder_code) = 1
) AS told
WHERE
    holder.code = ''
    AND holder.name_key = told.holder_key
    AND NOT EXISTS (
        SELECT 1 FROM spatial_holder AS other
        WHERE other.code = told.holder_code
    )
    AND NOT EXISTS (
        SELECT 1 FROM import_row AS twin
        WHERE twin.holder_code = told.holder_code AND twin.holder_key < told.holder_key
    )
