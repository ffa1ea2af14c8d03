-- what:   Forget import_measure of an earlier delivery in this transaction.
-- reads:  -
-- writes: import_measure
-- params: -
DROP TABLE IF EXISTS import_measure
