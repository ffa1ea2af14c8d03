-- what:   On which pieces each notion holds or is unknown.
-- reads:  chunk_piece_notion
-- writes: -
-- params: -
SELECT seq, code AS notion, answer, subject_gap, net_m2, zone_ids
FROM chunk_piece_notion
ORDER BY seq, code
