-- what:   Forget the working tables of an earlier chunk of this transaction.
-- reads:  -
-- writes: chunk_patch
-- params: -
DROP TABLE IF EXISTS
chunk_patch, chunk_place, chunk_version, chunk_read, chunk_hit, chunk_zone, chunk_face,
chunk_piece, chunk_near, chunk_zone_answer, chunk_gap, chunk_told, chunk_piece_notion,
chunk_rule,
chunk_verdict
