-- what:   Let the web process take numbers.
-- reads:  -
-- writes: -
-- params: -
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO gisland_web
