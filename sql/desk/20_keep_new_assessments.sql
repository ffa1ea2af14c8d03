-- what:   The desk follows assessments that come as current ones.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_insert AFTER INSERT ON spatial_assessment
REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
