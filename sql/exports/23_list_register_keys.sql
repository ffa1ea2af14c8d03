-- what:   The fields and columns that registers told of selected patches: on how many, of what
--         types, and the least and greatest text (the same: one value throughout).
-- reads:  export_register
-- writes: -
-- params: -
SELECT
    told.part,
    told.key,
    count(*) AS row_count,
    count(*) AS filled,
    bool_and(jsonb_typeof(told.value) = 'number') AS numeric,
    bool_and(jsonb_typeof(told.value) = 'boolean') AS truth,
    bool_or(jsonb_typeof(told.value) = 'object') AS vague,
    min(told.value #>> '{}' COLLATE "C") AS least,
    max(told.value #>> '{}' COLLATE "C") AS greatest
FROM export_register AS known
CROSS JOIN LATERAL (
    SELECT
        'attributes' AS part,
        attribute.key,
        attribute.value
    FROM jsonb_each(known.attributes) AS attribute
    UNION ALL
    SELECT
        'delivered' AS part,
        raw.key,
        raw.value
    FROM jsonb_each(known.delivered) AS raw
) AS told
GROUP BY told.part, told.key
ORDER BY told.part, told.key
