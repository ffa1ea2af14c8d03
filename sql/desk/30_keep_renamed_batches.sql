-- what:   The desk orders by the codes that batches have now.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE TRIGGER desk_update AFTER UPDATE ON spatial_batch
REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_desk_rows()
