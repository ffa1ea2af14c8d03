-- what:   Waiting jobs that nobody will come to: their entry in the queue is gone or was taken by
--         a worker that died.
-- reads:  spatial_job, procrastinate_jobs, procrastinate_workers
-- writes: -
-- params: task, grace_s
SELECT job.id
FROM spatial_job AS job
WHERE
    job.state = 'waiting'
    AND job.created_at < clock_timestamp() - make_interval(secs => %(grace_s)s)
    AND NOT EXISTS (
        SELECT queued.id
        FROM procrastinate_jobs AS queued
        LEFT JOIN procrastinate_workers AS worker ON worker.id = queued.worker_id
        WHERE
            queued.task_name = %(task)s
            AND (queued.args ->> 'job_id')::bigint = job.id
            AND (
                queued.status = 'todo'
                OR (
                    queued.status = 'doing'
                    AND worker.last_heartbeat
                    > clock_timestamp() - make_interval(secs => %(grace_s)s)
                )
            )
    )
