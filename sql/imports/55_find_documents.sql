-- what:   Each row's paper.
-- reads:  spatial_document
-- writes: import_row
-- params: layer
UPDATE import_row
SET document_id = document.id
FROM spatial_document AS document
WHERE
    document.layer_id = %(layer)s
    AND import_row.document_key <> ''
    AND document.number_key = import_row.document_key
