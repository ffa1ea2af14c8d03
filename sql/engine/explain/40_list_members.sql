-- what:   On which pieces each notion holds or is unknown, and why it is.
-- reads:  chunk_piece_notion
-- writes: -
-- params: -
SELECT
    assessment_id, seq, code AS notion, answer, subject_gap, net_m2, net_unknown, why, zone_ids
FROM chunk_piece_notion
ORDER BY assessment_id, seq, code
