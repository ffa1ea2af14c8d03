-- what:   A holder known by its code alone gets the name that the delivery tells.
-- reads:  import_row
-- writes: spatial_holder
-- params: -
UPDATE spatial_holder AS holder
SET name = told.holder_name, name_key = told.holder_key
FROM (
    SELECT DISTINCT ON (found.holder_code)
        found.holder_code,
        found.holder_name,
        found.holder_key
    FROM import_row AS found
    WHERE found.holder_code <> '' AND found.holder_key <> ''
    ORDER BY found.holder_code, found.row
) AS told
WHERE holder.code = told.holder_code AND holder.name = holder.code
