-- what:   Names in the delivery that leave in doubt who is meant: several holders bear the name
--         (ambiguous), the name belongs to a holder with another code (contradicted), or a holder
--         of that name without a code stands in the register beside it (twin).
-- reads:  import_row, spatial_holder
-- writes: -
-- params: -
SELECT
    doubt.kind,
    doubt.holder_key,
    min(doubt.row) AS row,
    count(DISTINCT doubt.row) AS row_count,
    min(doubt.holder_name) AS name,
    min(doubt.holder_code) AS code,
    min(doubt.other_code) AS other_code
FROM (
    SELECT
        'ambiguous' AS kind,
        found.row,
        found.holder_key,
        found.holder_name,
        found.holder_code,
        '' AS other_code
    FROM import_row AS found
    WHERE found.holder_code = '' AND found.holder_key <> '' AND found.holder_id IS NULL
    UNION ALL
    SELECT
        CASE WHEN other.code = '' THEN 'twin' ELSE 'contradicted' END,
        found.row,
        found.holder_key,
        found.holder_name,
        found.holder_code,
        other.code
    FROM import_row AS found
    INNER JOIN spatial_holder AS other
        ON found.holder_key = other.name_key AND found.holder_id <> other.id
    WHERE found.holder_code <> '' AND found.holder_key <> ''
) AS doubt
GROUP BY doubt.kind, doubt.holder_key
ORDER BY min(doubt.row), doubt.kind, doubt.holder_key
