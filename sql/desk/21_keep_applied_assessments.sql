-- what:   The desk follows what is applied, and what is current no longer.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_update AFTER UPDATE ON spatial_assessment
REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
