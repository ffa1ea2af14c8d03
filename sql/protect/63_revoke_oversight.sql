-- what:   Notices, what was read by whom and the files of clues are added to, never changed or
--         removed, by the web process.
-- reads:  -
-- writes: -
-- params: -
REVOKE UPDATE, DELETE, TRUNCATE
ON casework_notice, casework_noticeseen, casework_readrecord, casework_cluefile
FROM gisland_web
