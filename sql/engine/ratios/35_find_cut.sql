-- what:   The patches whose pieces must be cut: a fact about a drawn part, ground that another
--         patch may count, or that was put right under another patch's name. All others are
--         counted piece by piece as they are; and patches of which nothing lies in the counties
--         asked about are not needed.
-- reads:  ratio_patch, ratio_fact, ratio_pair, spatial_piece
-- writes: ratio_cut
-- params: county_ids
CREATE TEMPORARY TABLE ratio_cut ON COMMIT DROP AS
WITH wanted AS (
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
)

SELECT wanted.patch_id
FROM wanted
INNER JOIN ratio_patch AS chosen ON wanted.patch_id = chosen.patch_id
WHERE
    chosen.county_id = ANY(%(county_ids)s)
    OR EXISTS (
        SELECT 1
        FROM spatial_piece AS piece
        WHERE
            piece.assessment_id = chosen.assessment_id
            AND piece.county_id = ANY(%(county_ids)s)
    )
    OR EXISTS (
        SELECT 1
        FROM ratio_fact AS fact
        INNER JOIN spatial_piece AS piece ON fact.assessment_id = piece.assessment_id
        WHERE fact.patch_id = wanted.patch_id AND piece.county_id = ANY(%(county_ids)s)
    )
