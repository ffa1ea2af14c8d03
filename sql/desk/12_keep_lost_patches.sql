-- what:   The desk forgets patches that are no more.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_delete AFTER DELETE ON spatial_patch
REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
