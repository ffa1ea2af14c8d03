-- what:   The runs that a living connection is at.
-- reads:  pg_locks, pg_database
-- writes: -
-- params: -
SELECT lock.objid::bigint AS run_id
FROM pg_locks AS lock
INNER JOIN pg_database AS base ON lock.database = base.oid
WHERE
    base.datname = current_database()
    AND lock.locktype = 'advisory'
    AND lock.classid = 20262
    AND lock.objsubid = 2
    AND lock.granted
