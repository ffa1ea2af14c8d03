-- what:   The desk follows what is changed of patches.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_update AFTER UPDATE ON spatial_patch
REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
