-- what:   What was taken out, and what registers told, is added to, never changed or removed, by
--         the web process.
-- reads:  -
-- writes: -
-- params: -
REVOKE UPDATE, DELETE, TRUNCATE ON imports_exportlog, imports_registerentry FROM gisland_web
