-- what:   Zones of the same shape in both versions, one to one; first those that are told alike.
-- reads:  diff_zone
-- writes: diff_pair
-- params: -
CREATE TEMPORARY TABLE diff_pair ON COMMIT DROP AS
WITH ranked AS MATERIALIZED (
    SELECT
        zone.zone_id,
        zone.is_new,
        zone.shape,
        zone.told,
        zone.source_id,
        row_number() OVER (
            PARTITION BY zone.shape, zone.told, zone.is_new
            ORDER BY zone.source_id COLLATE "C", zone.zone_id
        ) AS place
    FROM diff_zone AS zone
),

alike AS MATERIALIZED (
    SELECT
        earlier.zone_id AS old_id,
        later.zone_id AS new_id
    FROM ranked AS earlier
    INNER JOIN ranked AS later
        ON
            earlier.shape = later.shape
            AND earlier.told = later.told
            AND earlier.place = later.place
    WHERE NOT earlier.is_new AND later.is_new
),

remaining AS MATERIALIZED (
    SELECT
        ranked.zone_id,
        ranked.is_new,
        ranked.shape,
        row_number() OVER (
            PARTITION BY ranked.shape, ranked.is_new
            ORDER BY ranked.source_id COLLATE "C", ranked.zone_id
        ) AS place
    FROM ranked
    LEFT JOIN (
        SELECT alike.old_id AS zone_id
        FROM alike
        UNION ALL
        SELECT alike.new_id
        FROM alike
    ) AS paired ON ranked.zone_id = paired.zone_id
    WHERE paired.zone_id IS NULL
)

SELECT
    alike.old_id,
    alike.new_id,
    'same' AS change
FROM alike
UNION ALL
SELECT
    earlier.zone_id,
    later.zone_id,
    'told'
FROM remaining AS earlier
INNER JOIN remaining AS later
    ON earlier.shape = later.shape AND earlier.place = later.place
WHERE NOT earlier.is_new AND later.is_new
