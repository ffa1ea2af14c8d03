-- what:   What registers told of the selected patches up to known_at (null: ever): of each field
--         and each column the newest entry that says something. One row a patch that one knows.
-- reads:  export_row, imports_registerentry
-- writes: export_register
-- params: known_at
CREATE TEMPORARY TABLE export_register ON COMMIT DROP AS
WITH told AS (
    SELECT
        entry.patch_id,
        entry.id AS entry_id,
        entry.attributes,
        entry.delivered
    FROM export_row AS chosen
    INNER JOIN imports_registerentry AS entry ON chosen.id = entry.patch_id
    WHERE
        chosen.answer
        AND (
            %(known_at)s::timestamptz IS NULL
            OR entry.recorded_at <= %(known_at)s::timestamptz
        )
),

said AS (
    SELECT DISTINCT ON (told.patch_id, word.part, word.key)
        told.patch_id,
        word.part,
        word.key,
        word.value
    FROM told
    CROSS JOIN LATERAL (
        SELECT
            'attributes' AS part,
            attribute.key,
            attribute.value
        FROM jsonb_each(told.attributes) AS attribute
        UNION ALL
        SELECT
            'delivered' AS part,
            raw.key,
            raw.value
        FROM jsonb_each(told.delivered) AS raw
    ) AS word
    WHERE word.value <> 'null'::jsonb AND word.value <> '""'::jsonb
    ORDER BY told.patch_id, word.part, word.key, told.entry_id DESC
)

SELECT
    said.patch_id,
    jsonb_object_agg(said.key, said.value) FILTER (WHERE said.part = 'attributes') AS attributes,
    jsonb_object_agg(said.key, said.value) FILTER (WHERE said.part = 'delivered') AS delivered
FROM said
GROUP BY said.patch_id
