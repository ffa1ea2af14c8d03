-- what:   Patches of this selection on the same ground, each with the other, and whether the
--         other one counts it: the one decided last, else the one issued last. Null where drawn
--         decisions make that a question of the place.
-- reads:  ratio_patch, ratio_fact, spatial_patchlink
-- writes: ratio_pair
-- params: -
CREATE TEMPORARY TABLE ratio_pair ON COMMIT DROP AS
WITH decision AS (
    SELECT
        fact.patch_id,
        max(fact.recorded_at) AS decided_at,
        (array_agg(fact.fact_id ORDER BY fact.recorded_at DESC, fact.fact_id DESC))[1] AS fact_id,
        bool_or(fact.part IS NOT NULL) AS drawn
    FROM ratio_fact AS fact
    WHERE fact.what = 'decided'
    GROUP BY fact.patch_id
),

pair AS (
    SELECT link.patch_id, link.earlier_id AS other_id
    FROM spatial_patchlink AS link
    UNION
    SELECT link.earlier_id AS patch_id, link.patch_id AS other_id
    FROM spatial_patchlink AS link
)

SELECT
    pair.patch_id,
    pair.other_id,
    CASE
        WHEN own_decision.drawn OR other_decision.drawn THEN NULL
        ELSE
            (
                coalesce(other_decision.decided_at, '-infinity'),
                coalesce(other_decision.fact_id, 0),
                other.issue_rank
            ) > (
                coalesce(own_decision.decided_at, '-infinity'),
                coalesce(own_decision.fact_id, 0),
                own.issue_rank
            )
    END AS other_counts
FROM pair
INNER JOIN ratio_patch AS own ON pair.patch_id = own.patch_id
INNER JOIN ratio_patch AS other ON pair.other_id = other.patch_id
LEFT JOIN decision AS own_decision ON pair.patch_id = own_decision.patch_id
LEFT JOIN decision AS other_decision ON pair.other_id = other_decision.patch_id
WHERE own.assessment_id IS NOT NULL AND other.assessment_id IS NOT NULL
