-- what:   Forget the working tables of an earlier search of this transaction.
-- reads:  -
-- writes: touched_patch
-- params: -
DROP TABLE IF EXISTS
touched_patch, touched_reason, touched_moved, touched_pair, touched_zone, touched_place,
touched_user, touched_run, touched_choice
