-- what:   A holder known by name alone whose code the delivery tells gets that code: where the name
--         or an alias fits one holder without a code, and none that has another code.
-- reads:  import_row, spatial_holderalias
-- writes: spatial_holder
-- params: -
WITH told AS (
    SELECT DISTINCT found.holder_key, found.holder_code
    FROM import_row AS found
    WHERE found.holder_code <> '' AND found.holder_key <> ''
),

candidate AS (
    SELECT told.holder_key, told.holder_code, known.id, known.code
    FROM told
    INNER JOIN spatial_holder AS known ON told.holder_key = known.name_key
    UNION
    SELECT told.holder_key, told.holder_code, known.id, known.code
    FROM told
    INNER JOIN spatial_holderalias AS alias ON told.holder_key = alias.name_key
    INNER JOIN spatial_holder AS known ON alias.holder_id = known.id
),

fitting AS (
    SELECT candidate.id, min(candidate.holder_code) AS code
    FROM candidate
    WHERE
        NOT EXISTS (
            SELECT 1 FROM candidate AS other
            WHERE other.holder_key = candidate.holder_key AND other.id <> candidate.id
        )
        AND NOT EXISTS (
            SELECT 1 FROM spatial_holder AS coded
            WHERE coded.code = candidate.holder_code
        )
    GROUP BY candidate.id
    HAVING count(DISTINCT candidate.holder_code) = 1 AND min(candidate.code) = ''
),

sure AS (
    SELECT DISTINCT ON (fitting.code) fitting.id, fitting.code
    FROM fitting
    ORDER BY fitting.code, fitting.id
)

UPDATE spatial_holder AS holder
SET code = sure.code
FROM sure
WHERE holder.id = sure.id
