-- what:   Holders known by name alone, where neither a name nor an alias matches.
-- reads:  import_row, spatial_holderalias
-- writes: spatial_holder
-- params: -
INSERT INTO spatial_holder (code, name, name_key, kind)
SELECT DISTINCT ON (found.holder_key)
    '',
    found.holder_name,
    found.holder_key,
    ''
FROM import_row AS found
WHERE
    found.holder_code = ''
    AND found.holder_key <> ''
    AND NOT EXISTS (
        SELECT 1 FROM spatial_holder AS holder
        WHERE holder.name_key = found.holder_key
    )
    AND NOT EXISTS (
        SELECT 1 FROM spatial_holderalias AS alias
        WHERE alias.name_key = found.holder_key
    )
ORDER BY found.holder_key, found.row
ON CONFLICT DO NOTHING
