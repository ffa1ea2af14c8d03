-- what:   Let go a run that this connection holds.
-- reads:  -
-- writes: -
-- params: run_id
SELECT pg_advisory_unlock(20262, %(run_id)s::integer) AS let_go
