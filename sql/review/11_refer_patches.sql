-- what:   Send patches back, or out into the field, as one action.
-- reads:  -
-- writes: spatial_referral
-- params: patch_ids, kind, reason_code, note, by_id, done_on, action_id, recorded_at
INSERT INTO spatial_referral (
    patch_id, "on", by_id, recorded_at, note, withdrawn, kind, reason_code, action_id
)
SELECT
    told.patch_id,
    %(done_on)s::date,
    %(by_id)s,
    %(recorded_at)s,
    %(note)s,
    FALSE,
    %(kind)s,
    %(reason_code)s,
    %(action_id)s
FROM unnest(%(patch_ids)s::bigint[]) AS told (patch_id)
ORDER BY told.patch_id
