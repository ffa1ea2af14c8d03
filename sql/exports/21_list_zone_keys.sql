-- what:   The keys of selected rows' attributes and delivered columns: on how many rows, of what
--         types, and the least and greatest text (the same: one value throughout).
-- reads:  export_row, spatial_zone
-- writes: -
-- params: -
SELECT
    told.part,
    told.key,
    count(*) AS row_count,
    count(*) FILTER (WHERE jsonb_typeof(told.value) <> 'null') AS filled,
    bool_and(jsonb_typeof(told.value) IN ('number', 'null')) AS numeric,
    bool_and(jsonb_typeof(told.value) IN ('boolean', 'null')) AS truth,
    bool_or(jsonb_typeof(told.value) = 'object') AS vague,
    min(told.value #>> '{}' COLLATE "C") AS least,
    max(told.value #>> '{}' COLLATE "C") AS greatest
FROM export_row AS chosen
INNER JOIN spatial_zone AS zone ON chosen.id = zone.id
CROSS JOIN LATERAL (
    SELECT
        'attributes' AS part,
        attribute.key,
        attribute.value
    FROM jsonb_each(zone.attributes) AS attribute
    UNION ALL
    SELECT
        'delivered' AS part,
        raw.key,
        raw.value
    FROM jsonb_each(zone.delivered) AS raw
) AS told
WHERE chosen.answer
GROUP BY told.part, told.key
ORDER BY told.part, told.key
