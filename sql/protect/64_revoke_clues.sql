-- what:   A clue is settled, never removed, by the web process.
-- reads:  -
-- writes: -
-- params: -
REVOKE DELETE, TRUNCATE ON casework_clue FROM gisland_web
