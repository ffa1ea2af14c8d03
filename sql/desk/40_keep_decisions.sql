-- what:   The desk follows each decision, and each that is withdrawn.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_insert AFTER INSERT ON spatial_determination
REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_standings()
