-- what:   The working table of a report on holders, from an earlier one in this transaction.
-- reads:  -
-- writes: holder_use
-- params: -
DROP TABLE IF EXISTS holder_use
