-- what:   A fact takes the place of an earlier one on the same patch, and one that withdraws takes
--         the place of what it withdraws.
-- reads:  spatial_determination, spatial_rectification, spatial_exclusion, spatial_fieldresult,
--         spatial_subjectcorrection, spatial_referral
-- writes: -
-- params: -
WITH fact AS (
    SELECT 'determination' AS kind, id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_determination
    UNION ALL
    SELECT 'rectification', id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_rectification
    UNION ALL
    SELECT 'exclusion', id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_exclusion
    UNION ALL
    SELECT 'fieldresult', id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_fieldresult
    UNION ALL
    SELECT 'subjectcorrection', id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_subjectcorrection
    UNION ALL
    SELECT 'referral', id, patch_id, recorded_at, supersedes_id, withdrawn
    FROM spatial_referral
)

SELECT
    fact.kind,
    fact.id AS fact_id,
    fact.patch_id,
    fact.supersedes_id
FROM fact
LEFT JOIN fact AS earlier ON fact.kind = earlier.kind AND fact.supersedes_id = earlier.id
WHERE
    (fact.withdrawn AND fact.supersedes_id IS NULL)
    OR earlier.patch_id <> fact.patch_id
    OR earlier.recorded_at > fact.recorded_at
    OR earlier.withdrawn AND fact.withdrawn
ORDER BY fact.kind, fact.id
