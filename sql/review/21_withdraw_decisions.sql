-- what:   Withdraw the decisions of an action on these patches.
-- reads:  spatial_determination
-- writes: spatial_determination
-- params: undone_id, action_id, patch_ids, by_id, done_on, note, recorded_at
INSERT INTO spatial_determination (
    patch_id, "on", by_id, recorded_at, note, withdrawn, supersedes_id, part, assessment_id, kind,
    conclusion, conclusion_class, reason_code, action_id
)
SELECT
    fact.patch_id,
    %(done_on)s::date,
    %(by_id)s,
    %(recorded_at)s,
    %(note)s,
    TRUE,
    fact.id,
    fact.part,
    fact.assessment_id,
    fact.kind,
    fact.conclusion,
    fact.conclusion_class,
    fact.reason_code,
    %(action_id)s
FROM spatial_determination AS fact
WHERE fact.action_id = %(undone_id)s AND fact.patch_id = ANY(%(patch_ids)s)
ORDER BY fact.id
