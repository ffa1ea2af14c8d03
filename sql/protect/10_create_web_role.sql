-- what:   Make the role of the web process, which owns nothing, if it is not there yet.
-- reads:  pg_roles
-- writes: -
-- params: -
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'gisland_web') THEN
        CREATE ROLE gisland_web NOLOGIN NOSUPERUSER;
    END IF;
END
$$
