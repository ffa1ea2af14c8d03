-- what:   The desk's rows follow from facts alone: the web process reads them, and cannot write.
-- reads:  -
-- writes: -
-- params: -
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON spatial_deskrow, desk_standing, desk_summary
FROM gisland_web
