-- what:   Patches whose pieces do not add up to them: to be redone on a grid.
-- reads:  chunk_patch, chunk_piece
-- writes: -
-- params: -
SELECT patch.assessment_id
FROM chunk_patch AS patch
LEFT JOIN chunk_piece AS piece ON patch.assessment_id = piece.assessment_id
GROUP BY patch.assessment_id, patch.exact_area_m2, patch.area_m2
HAVING
    abs(coalesce(sum(piece.exact_m2), 0) - patch.exact_area_m2) > 0.01
    OR coalesce(sum(piece.area_m2), 0) <> patch.area_m2
ORDER BY patch.assessment_id
