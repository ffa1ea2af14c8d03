-- what:   Forget an earlier comparison of this transaction.
-- reads:  -
-- writes: diff_zone
-- params: -
DROP TABLE IF EXISTS diff_zone, diff_pair, diff_ground, diff_near, diff_piece, diff_match
