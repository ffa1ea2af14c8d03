-- what:   All open ledger rows of a paper end now, in the ledgers given; however its number is
--         written.
-- reads:  spatial_document
-- writes: spatial_zone
-- params: layer, number_key, ledger_ids, recorded_at
UPDATE spatial_zone AS zone
SET recorded_until = %(recorded_at)s
FROM spatial_document AS document
WHERE
    zone.document_id = document.id
    AND document.layer_id = %(layer)s
    AND document.number_key = %(number_key)s
    AND zone.version_id = ANY(%(ledger_ids)s::bigint[])
    AND zone.recorded_until IS NULL
    AND zone.recorded_from < %(recorded_at)s
