-- what:   Forget derived_ground of an earlier version derived in this transaction.
-- reads:  -
-- writes: derived_ground
-- params: -
DROP TABLE IF EXISTS derived_ground
