-- what:   Forget derived_part of an earlier version derived in this transaction.
-- reads:  -
-- writes: derived_part
-- params: -
DROP TABLE IF EXISTS derived_part
