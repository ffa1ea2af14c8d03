-- what:   Forget derived_level of an earlier version built in this transaction.
-- reads:  -
-- writes: derived_level
-- params: -
DROP TABLE IF EXISTS derived_level
