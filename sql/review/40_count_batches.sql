-- what:   How far each batch is within some counties: patches by where they stand, the ground of
--         those that wait for a decision, and decisions whose proposal is another one by now. Site checks
--         are nobody's to decide.
-- reads:  spatial_patch, spatial_batch, spatial_assessment, spatial_determination,
--         spatial_referral
-- writes: -
-- params: county_ids
WITH seen AS (
    SELECT
        patch.id,
        patch.batch_id,
        patch.area_m2
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    WHERE patch.region_id = ANY(%(county_ids)s) AND batch.source <> '选址'
),

decided AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.recorded_at,
        fact.assessment_id
    FROM spatial_determination AS fact
    WHERE
        NOT fact.withdrawn
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_determination AS newer
            WHERE newer.supersedes_id = fact.id
        )
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

sent AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.recorded_at,
        fact.kind
    FROM spatial_referral AS fact
    WHERE
        NOT fact.withdrawn
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_referral AS newer
            WHERE newer.supersedes_id = fact.id
        )
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

stand AS (
    SELECT
        seen.batch_id,
        seen.area_m2,
        CASE
            WHEN judged.id IS NULL THEN 'unjudged'
            WHEN sent.recorded_at > coalesce(decided.recorded_at, '-infinity')
                THEN CASE sent.kind WHEN 'reject' THEN 'rejected' ELSE 'field_check' END
            WHEN decided.patch_id IS NULL THEN 'open'
            ELSE 'decided'
        END AS status,
        (decided.assessment_id IS DISTINCT FROM judged.id AND decided.patch_id IS NOT NULL)
            AS overtaken
    FROM seen
    LEFT JOIN spatial_assessment AS judged
        ON seen.id = judged.patch_id AND judged.is_current
    LEFT JOIN decided ON seen.id = decided.patch_id
    LEFT JOIN sent ON seen.id = sent.patch_id
)

SELECT
    stand.batch_id,
    count(*) AS total,
    count(*) FILTER (WHERE stand.status = 'unjudged') AS unjudged,
    count(*) FILTER (WHERE stand.status = 'open') AS open,
    count(*) FILTER (WHERE stand.status = 'field_check') AS field_check,
    count(*) FILTER (WHERE stand.status = 'rejected') AS rejected,
    count(*) FILTER (WHERE stand.status = 'decided') AS decided,
    count(*) FILTER (WHERE stand.overtaken) AS overtaken,
    coalesce(
        sum(stand.area_m2) FILTER (WHERE stand.status NOT IN ('unjudged', 'decided')), 0
    ) AS waiting_m2
FROM stand
GROUP BY stand.batch_id
ORDER BY stand.batch_id
