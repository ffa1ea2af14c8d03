-- what:   The verdict of each piece, computed anew.
-- reads:  chunk_piece, chunk_verdict
-- writes: -
-- params: -
SELECT
    piece.assessment_id,
    piece.seq,
    piece.area_m2,
    coalesce(verdict.code, '') AS code,
    coalesce(verdict.conclusion_class, 'unknown') AS conclusion_class
FROM chunk_piece AS piece
INNER JOIN chunk_verdict AS verdict
    ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
ORDER BY piece.assessment_id, piece.seq
