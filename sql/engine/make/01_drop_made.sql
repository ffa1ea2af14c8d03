-- what:   Forget the working tables of an earlier making in this transaction.
-- reads:  -
-- writes: make_zone
-- params: -
DROP TABLE IF EXISTS make_zone, make_match
