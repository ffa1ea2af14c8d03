-- what:   The desk knows of patches as soon as they are there.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_insert AFTER INSERT ON spatial_patch
REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
