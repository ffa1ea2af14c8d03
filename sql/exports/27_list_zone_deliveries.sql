-- what:   The different sets of columns with which the selected rows were delivered.
-- reads:  export_row, spatial_zone
-- writes: -
-- params: -
SELECT DISTINCT told.names
FROM export_row AS chosen
INNER JOIN spatial_zone AS zone ON chosen.id = zone.id
CROSS JOIN LATERAL (
    SELECT array_agg(raw.name ORDER BY raw.name) AS names
    FROM jsonb_object_keys(zone.delivered) AS raw (name)
) AS told
WHERE chosen.answer AND told.names IS NOT NULL
ORDER BY told.names
