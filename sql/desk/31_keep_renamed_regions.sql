-- what:   The desk orders by the codes that regions have now.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_update AFTER UPDATE ON spatial_region
REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
