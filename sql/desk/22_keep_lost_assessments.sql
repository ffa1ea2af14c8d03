-- what:   The desk follows where a current assessment is taken away.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_delete AFTER DELETE ON spatial_assessment
REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
