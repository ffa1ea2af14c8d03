-- what:   A run that pins its versions waits for changes under way, so that it sees all of one or
--         nothing of it.
-- reads:  -
-- writes: -
-- params: -
SELECT pg_advisory_xact_lock_shared(990003)
