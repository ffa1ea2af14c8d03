-- what:   Another name told with a code that is known is an alias of its holder; not so a name that
--         belongs to a holder with another code.
-- reads:  import_row, spatial_holder
-- writes: spatial_holderalias
-- params: -
INSERT INTO spatial_holderalias (holder_id, name, name_key)
SELECT DISTINCT ON (holder.id, found.holder_key)
    holder.id,
    found.holder_name,
    found.holder_key
FROM import_row AS found
INNER JOIN spatial_holder AS holder ON found.holder_code = holder.code
WHERE
    found.holder_code <> ''
    AND found.holder_key <> ''
    AND found.holder_key <> holder.name_key
    AND NOT EXISTS (
        SELECT 1 FROM spatial_holderalias AS known
        WHERE known.holder_id = holder.id AND known.name_key = found.holder_key
    )
    AND NOT EXISTS (
        SELECT 1 FROM spatial_holder AS other
        WHERE other.name_key = found.holder_key AND other.code NOT IN ('', holder.code)
    )
ORDER BY holder.id, found.holder_key, found.row
