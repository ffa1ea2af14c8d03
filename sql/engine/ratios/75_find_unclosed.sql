-- what:   Patches whose parts do not add up to them after the cut: there must be none.
-- reads:  ratio_patch, ratio_cut, ratio_cell
-- writes: -
-- params: -
SELECT cut.patch_id
FROM ratio_cut AS cut
INNER JOIN ratio_patch AS chosen ON cut.patch_id = chosen.patch_id
LEFT JOIN ratio_cell AS cell ON cut.patch_id = cell.patch_id
GROUP BY cut.patch_id, chosen.area_m2
HAVING sum(cell.area_m2) IS DISTINCT FROM chosen.area_m2
ORDER BY cut.patch_id
