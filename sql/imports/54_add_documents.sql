-- what:   Papers that the register doesn't hold yet: one a number in a layer, however written.
-- reads:  import_row
-- writes: spatial_document
-- params: layer
INSERT INTO spatial_document (layer_id, number, number_key, authority, approved_on, purpose)
SELECT DISTINCT ON (found.document_key)
    %(layer)s,
    found.attributes ->> 'document',
    found.document_key,
    left(coalesce(found.attributes ->> 'authority', ''), 120),
    -- a day known only to the month is no date of a paper
    CASE
        WHEN jsonb_typeof(found.attributes -> 'approved_on') = 'string'
            THEN (found.attributes ->> 'approved_on')::date
    END,
    left(coalesce(found.attributes ->> 'purpose', ''), 120)
FROM import_row AS found
WHERE found.document_key <> ''
ORDER BY found.document_key, found.row
ON CONFLICT DO NOTHING
