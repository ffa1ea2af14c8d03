-- what:   The runs that judged the patches asked about.
-- reads:  touched_patch
-- writes: touched_run
-- params: -
CREATE TEMPORARY TABLE touched_run ON COMMIT DROP AS
SELECT DISTINCT patch.run_id, patch.since, patch.read_since, patch.as_of_was
FROM touched_patch AS patch
WHERE patch.run_id IS NOT NULL
