-- what:   What an earlier export of this transaction gathered of registers is forgotten.
-- reads:  -
-- writes: export_register
-- params: -
DROP TABLE IF EXISTS export_register
