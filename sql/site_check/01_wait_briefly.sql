-- what:   Whoever waits for a site check waits seconds for data that are being changed, not hours.
-- reads:  -
-- writes: -
-- params: -
SET LOCAL lock_timeout = '8s'
