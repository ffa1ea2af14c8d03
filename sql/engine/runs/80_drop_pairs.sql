-- what:   Forget the pairs of an earlier comparison of this transaction.
-- reads:  -
-- writes: run_pair
-- params: -
DROP TABLE IF EXISTS run_pair
