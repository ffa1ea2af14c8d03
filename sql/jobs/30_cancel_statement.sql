-- what:   Break off what a connection has been at for more than two seconds; short ones end alone.
-- reads:  pg_stat_activity
-- writes: -
-- params: pid
SELECT pg_cancel_backend(pid) AS cancelled
FROM pg_stat_activity
WHERE
    pid = %(pid)s
    AND state = 'active'
    AND query_start < clock_timestamp() - interval '2 seconds'
