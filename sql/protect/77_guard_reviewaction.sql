-- what:   spatial_reviewaction is append-only, for the owner too.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON spatial_reviewaction
FOR EACH ROW EXECUTE FUNCTION refuse_change()
