-- what:   Decide patches as one action: each piece as its current assessment proposed, or one
--         conclusion for all.
-- reads:  spatial_assessment
-- writes: spatial_determination
-- params: patch_ids, kind, conclusion, conclusion_class, reason_code, note, by_id, done_on,
--         action_id, recorded_at
INSERT INTO spatial_determination (
    patch_id, "on", by_id, recorded_at, note, withdrawn, assessment_id, kind, conclusion,
    conclusion_class, reason_code, action_id
)
SELECT
    assessment.patch_id,
    %(done_on)s::date,
    %(by_id)s,
    %(recorded_at)s,
    %(note)s,
    FALSE,
    assessment.id,
    %(kind)s,
    %(conclusion)s,
    %(conclusion_class)s,
    %(reason_code)s,
    %(action_id)s
FROM spatial_assessment AS assessment
WHERE assessment.is_current AND assessment.patch_id = ANY(%(patch_ids)s)
ORDER BY assessment.patch_id
