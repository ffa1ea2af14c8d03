-- what:   Leave out, by consent, rows that cannot be stored.
-- reads:  -
-- writes: import_row
-- params: row_numbers
DELETE FROM import_row
WHERE row = ANY(%(row_numbers)s::integer[])
