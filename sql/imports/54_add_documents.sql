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
    (found.attributes ->> 'approved_on')::date,
    left(coalesce(found.attributes ->> 'purpose', ''), 120)
FROM import_row AS found
WHERE found.document_key <> ''
ORDER BY found.document_key, found.row
ON CONFLICT DO NOTHING
