-- what:   Rows that were left out lie in no county.
-- reads:  -
-- writes: import_place
-- params: row_numbers
DELETE FROM import_place
WHERE row = ANY(%(row_numbers)s::integer[])
