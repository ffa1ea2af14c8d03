-- what:   End the running jobs whose worker neither holds them nor has told of itself lately.
-- reads:  pg_locks, pg_database
-- writes: spatial_job
-- params: error, grace_s
UPDATE spatial_job AS job
SET state = 'failed', error = %(error)s, ended_at = clock_timestamp()
WHERE
    job.state = 'running'
    AND job.beat_at < clock_timestamp() - make_interval(secs => %(grace_s)s)
    AND NOT EXISTS (
        SELECT lock.pid
        FROM pg_locks AS lock
        JOIN pg_database AS base ON base.oid = lock.database
        WHERE
            base.datname = current_database()
            AND lock.locktype = 'advisory'
            AND lock.classid = 20261
            AND lock.objid = job.id::oid
            AND lock.objsubid = 2
    )
RETURNING job.id
