-- what:   Let the web process look names up.
-- reads:  -
-- writes: -
-- params: -
GRANT USAGE ON SCHEMA public TO gisland_web
