-- what:   Forget derived_edge of an earlier version derived in this transaction.
-- reads:  -
-- writes: derived_edge
-- params: -
DROP TABLE IF EXISTS derived_edge
