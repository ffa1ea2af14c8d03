-- what:   Hold a run for as long as this connection lives: nobody else goes on with it meanwhile,
--         and whoever died holds nothing.
-- reads:  -
-- writes: -
-- params: run_id
SELECT pg_try_advisory_lock(20262, %(run_id)s::integer) AS held
