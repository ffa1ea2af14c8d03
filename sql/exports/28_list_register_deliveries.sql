-- what:   The different sets of columns with which registers told of the selected patches.
-- reads:  export_row, imports_registerentry
-- writes: -
-- params: -
SELECT DISTINCT told.names
FROM export_row AS chosen
INNER JOIN imports_registerentry AS entry ON chosen.id = entry.patch_id
CROSS JOIN LATERAL (
    SELECT array_agg(raw.name ORDER BY raw.name) AS names
    FROM jsonb_object_keys(entry.delivered) AS raw (name)
) AS told
WHERE chosen.answer AND told.names IS NOT NULL
ORDER BY told.names
