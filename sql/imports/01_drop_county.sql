-- what:   Forget the last import's import_county, so that one session may import again.
-- reads:  -
-- writes: import_county
-- params: -
DROP TABLE IF EXISTS import_county
