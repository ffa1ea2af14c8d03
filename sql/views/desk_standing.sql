-- what:   Where each patch stands: what its newest fact in force says, and whether that speaks of
--         another proposal than the current one. A decision ends what was sent back before it; what
--         is sent back waits, whatever was decided before. The same as spatial.review.status.
-- reads:  spatial_patch, spatial_assessment, spatial_determination, spatial_referral
-- writes: -
-- params: -
CREATE OR REPLACE VIEW desk_standing AS
SELECT
    patch.id AS patch_id,
    judged.id AS assessment_id,
    CASE
        WHEN judged.id IS NULL THEN 'unjudged'
        WHEN sent.recorded_at > coalesce(decided.recorded_at, '-infinity')
            THEN CASE sent.kind WHEN 'reject' THEN 'rejected' ELSE 'field_check' END
        WHEN decided.recorded_at IS NULL THEN 'open'
        WHEN decided.divided THEN 'divided'
        WHEN decided.kind = 'confirm' THEN 'confirmed'
        ELSE 'changed'
    END AS status,
    coalesce(decided.assessment_id <> judged.id, FALSE) AS overtaken
FROM spatial_patch AS patch
LEFT JOIN spatial_assessment AS judged ON patch.id = judged.patch_id AND judged.is_current
LEFT JOIN LATERAL (
    SELECT
        fact.recorded_at,
        fact.assessment_id,
        fact.kind,
        fact.part IS NOT NULL AS divided
    FROM spatial_determination AS fact
    WHERE
        fact.patch_id = patch.id
        AND NOT fact.withdrawn
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_determination AS newer
            WHERE newer.supersedes_id = fact.id
        )
    ORDER BY fact.recorded_at DESC, fact.id DESC
    LIMIT 1
) AS decided ON TRUE
LEFT JOIN LATERAL (
    SELECT fact.recorded_at, fact.kind
    FROM spatial_referral AS fact
    WHERE
        fact.patch_id = patch.id
        AND NOT fact.withdrawn
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_referral AS newer
            WHERE newer.supersedes_id = fact.id
        )
    ORDER BY fact.recorded_at DESC, fact.id DESC
    LIMIT 1
) AS sent ON TRUE
