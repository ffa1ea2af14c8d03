-- what:   Say how far a running job is and that its worker lives; learn whether to stop it.
-- reads:  -
-- writes: spatial_job
-- params: job_id, phase, done, total
UPDATE spatial_job
SET phase = %(phase)s, done = %(done)s, total = %(total)s, beat_at = clock_timestamp()
WHERE id = %(job_id)s AND state = 'running'
RETURNING stop_requested
