-- what:   imports_exportlog is append-only, for the owner too.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON imports_exportlog
FOR EACH ROW EXECUTE FUNCTION refuse_change()
