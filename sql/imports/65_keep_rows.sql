-- what:   Only these rows are taken further: others must not enter holders or projects.
-- reads:  -
-- writes: import_row
-- params: rows
DELETE FROM import_row
WHERE row <> ALL(%(rows)s::integer[])
