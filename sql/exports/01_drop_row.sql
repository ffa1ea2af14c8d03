-- what:   What an earlier export of this transaction selected is forgotten.
-- reads:  -
-- writes: export_row
-- params: -
DROP TABLE IF EXISTS export_row
