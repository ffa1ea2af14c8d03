-- what:   Which fields say something else, and in how many zones.
-- reads:  diff_pair, diff_match, spatial_zone
-- writes: -
-- params: -
SELECT
    field.name AS field,
    count(*) AS zones
FROM (
    SELECT old_id, new_id
    FROM diff_pair
    WHERE change = 'told'
    UNION ALL
    SELECT old_id, new_id
    FROM diff_match
    WHERE change IN ('changed', 'told')
) AS pair
INNER JOIN spatial_zone AS earlier ON pair.old_id = earlier.id
INNER JOIN spatial_zone AS later ON pair.new_id = later.id
CROSS JOIN LATERAL (
    SELECT coalesce(old_field.key, new_field.key) AS name
    FROM jsonb_each(earlier.attributes) AS old_field
    FULL JOIN jsonb_each(later.attributes) AS new_field ON old_field.key = new_field.key
    WHERE old_field.value IS DISTINCT FROM new_field.value
) AS field
WHERE field.name <> 'source_code'
GROUP BY field.name
ORDER BY count(*) DESC, field.name
