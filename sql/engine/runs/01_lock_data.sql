-- what:   Whoever changes what runs read waits for others who do, and for runs that pin; held
--         until the transaction ends. Times that are stamped are taken after this.
-- reads:  -
-- writes: -
-- params: -
SELECT pg_advisory_xact_lock(990003)
