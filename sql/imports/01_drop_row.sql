-- what:   Forget the last import's import_row, so that one session may import again.
-- reads:  -
-- writes: import_row
-- params: -
DROP TABLE IF EXISTS import_row
