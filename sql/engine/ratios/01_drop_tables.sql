-- what:   Forget the working tables of an earlier ratio of this transaction.
-- reads:  -
-- writes: ratio_patch
-- params: -
DROP TABLE IF EXISTS
ratio_patch, ratio_fact, ratio_pair, ratio_cut, ratio_face, ratio_label, ratio_part, ratio_cell,
ratio_band, ratio_stage
