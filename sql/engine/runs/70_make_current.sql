-- what:   A run's assessments become the current ones.
-- reads:  -
-- writes: spatial_assessment
-- params: run_id, applied_at
UPDATE spatial_assessment
SET is_current = TRUE, applied_at = %(applied_at)s
WHERE run_id = %(run_id)s
