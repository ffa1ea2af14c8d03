-- what:   Let the web process read and write rows; what is append-only is taken back below.
-- reads:  -
-- writes: -
-- params: -
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gisland_web
