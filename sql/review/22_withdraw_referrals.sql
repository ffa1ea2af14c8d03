-- what:   Withdraw what an action sent back or out into the field, of these patches.
-- reads:  spatial_referral
-- writes: spatial_referral
-- params: undone_id, action_id, patch_ids, by_id, done_on, note, recorded_at
INSERT INTO spatial_referral (
    patch_id, "on", by_id, recorded_at, note, withdrawn, supersedes_id, kind, reason_code, action_id
)
SELECT
    fact.patch_id,
    %(done_on)s::date,
    %(by_id)s,
    %(recorded_at)s,
    %(note)s,
    TRUE,
    fact.id,
    fact.kind,
    fact.reason_code,
    %(action_id)s
FROM spatial_referral AS fact
WHERE fact.action_id = %(undone_id)s AND fact.patch_id = ANY(%(patch_ids)s)
ORDER BY fact.id
