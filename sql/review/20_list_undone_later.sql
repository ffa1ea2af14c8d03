-- what:   Patches of an action about which something was said after it, or whose fact of it was
--         withdrawn or superseded: what an undo leaves alone.
-- reads:  spatial_determination, spatial_referral
-- writes: -
-- params: action_id
WITH fact AS (
    SELECT id, patch_id, recorded_at, action_id, supersedes_id, 'd' AS what
    FROM spatial_determination
    UNION ALL
    SELECT id, patch_id, recorded_at, action_id, supersedes_id, 'r' AS what
    FROM spatial_referral
),

own AS (
    SELECT id, patch_id, recorded_at, what
    FROM fact
    WHERE action_id = %(action_id)s
)

SELECT DISTINCT own.patch_id
FROM own
INNER JOIN fact AS later ON own.patch_id = later.patch_id
WHERE
    (later.what = own.what AND later.supersedes_id = own.id)
    OR (
        later.recorded_at > own.recorded_at
        AND later.action_id IS DISTINCT FROM %(action_id)s
    )
ORDER BY own.patch_id
