-- what:   casework_campaignmeasure is append-only, for the owner too.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON casework_campaignmeasure
FOR EACH ROW EXECUTE FUNCTION refuse_change()
