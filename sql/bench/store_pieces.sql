-- what:   Keep the pieces of a chunk with their labels, as classify would.
-- reads:  chunk_piece
-- writes: bench_piece
-- params: -
INSERT INTO bench_piece (assessment_id, seq, zone_ids, area_m2, exact_m2, ground)
SELECT assessment_id, seq, zone_ids, area_m2, exact_m2, ground
FROM chunk_piece
ORDER BY assessment_id, seq
