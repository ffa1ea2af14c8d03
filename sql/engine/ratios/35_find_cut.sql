-- what:   The patches whose pieces must be cut: a fact about a drawn part, ground that another
--         patch may count, or that was put right under another patch's name. All others are
--         counted piece by piece as they are.
-- reads:  ratio_patch, ratio_fact, ratio_pair
-- writes: ratio_cut
-- params: -
CREATE TEMPORARY TABLE ratio_cut ON COMMIT DROP AS
SELECT fact.patch_id
FROM ratio_fact AS fact
WHERE fact.part IS NOT NULL
UNION
SELECT pair.patch_id
FROM ratio_pair AS pair
WHERE pair.other_counts IS DISTINCT FROM FALSE
UNION
SELECT pair.patch_id
FROM ratio_pair AS pair
INNER JOIN ratio_patch AS chosen ON pair.patch_id = chosen.patch_id
INNER JOIN ratio_fact AS fact ON pair.other_id = fact.patch_id
WHERE fact.what = 'rectified' AND fact.done_on >= chosen.after_on
