-- what:   Each row's holder: by code, else by name, else by alias; the oldest where several fit.
-- reads:  spatial_holder, spatial_holderalias
-- writes: import_row
-- params: -
UPDATE import_row
SET
    holder_id = coalesce(
        (SELECT holder.id FROM spatial_holder AS holder
        WHERE holder.code = import_row.holder_code AND import_row.holder_code <> ''),
        (SELECT min(holder.id) FROM spatial_holder AS holder
        WHERE holder.name_key = import_row.holder_key AND import_row.holder_code = ''),
        (SELECT min(alias.holder_id) FROM spatial_holderalias AS alias
        WHERE alias.name_key = import_row.holder_key AND import_row.holder_code = '')
    )
WHERE holder_code <> '' OR holder_key <> ''
