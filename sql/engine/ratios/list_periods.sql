-- what:   The periods of the batches that a ruleset judges.
-- reads:  spatial_batch
-- writes: -
-- params: ruleset
SELECT DISTINCT batch.period
FROM spatial_batch AS batch
WHERE batch.ruleset = %(ruleset)s
ORDER BY batch.period
