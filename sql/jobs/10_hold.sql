-- what:   Hold a job for as long as this connection lives: whoever died holds nothing.
-- reads:  -
-- writes: -
-- params: job_id
SELECT pg_try_advisory_lock(20261, %(job_id)s::integer) AS held
