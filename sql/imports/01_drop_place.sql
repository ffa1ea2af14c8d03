-- what:   Forget the last import's import_place, so that one session may import again.
-- reads:  -
-- writes: import_place
-- params: -
DROP TABLE IF EXISTS import_place
