-- what:   Each row's holder: by code; without one, by name or alias: the holder with a code that
--         it fits, else one known by that alias, else by that name. Where several fit equally, it
--         is not known which is meant: none.
-- reads:  spatial_holder, spatial_holderalias
-- writes: import_row
-- params: -
WITH asked AS (
    SELECT DISTINCT found.holder_key
    FROM import_row AS found
    WHERE found.holder_code = '' AND found.holder_key <> ''
),

candidate AS (
    SELECT
        asked.holder_key,
        holder.id,
        CASE WHEN holder.code = '' THEN 3 ELSE 1 END AS rank
    FROM asked
    INNER JOIN spatial_holder AS holder ON asked.holder_key = holder.name_key
    UNION
    SELECT
        asked.holder_key,
        holder.id,
        CASE WHEN holder.code = '' THEN 2 ELSE 1 END
    FROM asked
    INNER JOIN spatial_holderalias AS alias ON asked.holder_key = alias.name_key
    INNER JOIN spatial_holder AS holder ON alias.holder_id = holder.id
),

best AS (
    SELECT candidate.holder_key, min(candidate.rank) AS rank
    FROM candidate
    GROUP BY candidate.holder_key
),

meant AS (
    SELECT candidate.holder_key, min(candidate.id) AS id
    FROM candidate
    INNER JOIN best
        ON candidate.holder_key = best.holder_key AND candidate.rank = best.rank
    GROUP BY candidate.holder_key
    HAVING count(DISTINCT candidate.id) = 1
)

UPDATE import_row
SET
    holder_id = CASE
        WHEN import_row.holder_code = ''
            THEN (
                SELECT meant.id FROM meant
                WHERE meant.holder_key = import_row.holder_key
            )
        ELSE (
            SELECT holder.id FROM spatial_holder AS holder
            WHERE holder.code = import_row.holder_code
        )
    END
WHERE holder_code <> '' OR holder_key <> ''
