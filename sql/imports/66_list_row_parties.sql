-- what:   The holder and the project that each row was matched with.
-- reads:  import_row, spatial_holder
-- writes: -
-- params: -
SELECT
    found.row,
    found.holder_id,
    found.project_id,
    holder.name AS holder_name
FROM import_row AS found
LEFT JOIN spatial_holder AS holder ON found.holder_id = holder.id
ORDER BY found.row
