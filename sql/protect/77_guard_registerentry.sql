-- what:   imports_registerentry is append-only, for the owner too.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON imports_registerentry
FOR EACH ROW EXECUTE FUNCTION refuse_change()
