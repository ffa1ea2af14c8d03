-- what:   The desk follows what is sent back or into the field.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_insert AFTER INSERT ON spatial_referral
REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_standings()
