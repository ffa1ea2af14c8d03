-- what:   Forget the last import's import_target, so that one session may import again.
-- reads:  -
-- writes: import_target
-- params: -
DROP TABLE IF EXISTS import_target
