-- what:   The exact overlay of what differs: ground kept or moved between classes, gained, lost,
--         and told otherwise.
-- reads:  diff_ground, diff_near, diff_pair
-- writes: diff_piece
-- params: -
CREATE TEMPORARY TABLE diff_piece ON COMMIT DROP AS
WITH rest AS (
    SELECT *
    FROM diff_ground
    WHERE NOT is_paired
),

common AS MATERIALIZED (
    SELECT
        earlier.zone_id AS old_id,
        later.zone_id AS new_id,
        earlier.class AS before,
        later.class AS after,
        ST_CollectionExtract(ST_Intersection(earlier.ground, later.ground), 3) AS ground
    FROM diff_ground AS earlier
    INNER JOIN diff_ground AS later
        ON earlier.geom && later.geom AND ST_Intersects(earlier.ground, later.ground)
    WHERE NOT (earlier.is_paired OR later.is_paired OR earlier.is_new) AND later.is_new
),

other AS (
    SELECT
        alone.zone_id,
        ST_Union(alone.ground) AS ground
    FROM (
        SELECT common.old_id AS zone_id, later.ground
        FROM common
        INNER JOIN rest AS later ON common.new_id = later.zone_id
        UNION ALL
        SELECT common.new_id, earlier.ground
        FROM common
        INNER JOIN rest AS earlier ON common.old_id = earlier.zone_id
        UNION ALL
        SELECT near.zone_id, near.ground
        FROM diff_near AS near
    ) AS alone
    GROUP BY alone.zone_id
),

piece AS (
    SELECT
        CASE WHEN common.before = common.after THEN 'kept' ELSE 'moved' END AS kind,
        common.old_id,
        common.new_id,
        common.before,
        common.after,
        common.ground
    FROM common
    UNION ALL
    SELECT
        CASE WHEN rest.is_new THEN 'gained' ELSE 'lost' END AS kind,
        CASE WHEN NOT rest.is_new THEN rest.zone_id END AS old_id,
        CASE WHEN rest.is_new THEN rest.zone_id END AS new_id,
        CASE WHEN rest.is_new THEN '' ELSE rest.class END AS before,
        CASE WHEN rest.is_new THEN rest.class ELSE '' END AS after,
        CASE
            WHEN other.ground IS NULL THEN rest.ground
            ELSE ST_CollectionExtract(ST_Difference(rest.ground, other.ground), 3)
        END AS ground
    FROM rest
    LEFT JOIN other ON rest.zone_id = other.zone_id
    UNION ALL
    SELECT
        CASE WHEN earlier.class = later.class THEN 'told' ELSE 'moved' END AS kind,
        pair.old_id,
        pair.new_id,
        earlier.class,
        later.class,
        later.ground
    FROM diff_pair AS pair
    INNER JOIN diff_ground AS earlier ON pair.old_id = earlier.zone_id
    INNER JOIN diff_ground AS later ON pair.new_id = later.zone_id
    WHERE pair.change = 'told'
)

SELECT
    piece.*,
    area_m2(piece.ground) AS exact_m2
FROM piece
WHERE NOT ST_IsEmpty(piece.ground)
