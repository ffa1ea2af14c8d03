-- what:   Let the owner put on the role of the web process.
-- reads:  -
-- writes: -
-- params: -
GRANT gisland_web TO CURRENT_USER
