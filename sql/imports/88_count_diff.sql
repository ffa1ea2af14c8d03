-- what:   How many zones were added, removed, changed in shape, told otherwise, or are the same,
--         with their areas in either version.
-- reads:  diff_zone, diff_pair, diff_match, diff_ground
-- writes: -
-- params: -
WITH pair AS (
    SELECT old_id, new_id, change
    FROM diff_pair
    UNION ALL
    SELECT old_id, new_id, change
    FROM diff_match
),

side AS (
    SELECT old_id AS zone_id, old_id, change
    FROM pair
    UNION ALL
    SELECT new_id, old_id, change
    FROM pair
),

-- where the shape is the same, what was measured of the one is true of the other
measured AS (
    SELECT
        zone.zone_id,
        zone.is_new,
        side.change,
        coalesce(rest.exact_m2, zone.area_m2::double precision, twin.area_m2::double precision)
            AS exact_m2
    FROM diff_zone AS zone
    LEFT JOIN side ON zone.zone_id = side.zone_id
    LEFT JOIN diff_ground AS rest ON zone.zone_id = rest.zone_id
    LEFT JOIN diff_zone AS twin ON zone.is_new AND side.old_id = twin.zone_id
)

SELECT
    coalesce(measured.change, CASE WHEN measured.is_new THEN 'added' ELSE 'removed' END) AS change,
    greatest(
        count(*) FILTER (WHERE measured.is_new), count(*) FILTER (WHERE NOT measured.is_new)
    ) AS zones,
    round(
        coalesce(sum(measured.exact_m2) FILTER (WHERE NOT measured.is_new), 0)::numeric, 2
    ) AS old_area_m2,
    round(
        coalesce(sum(measured.exact_m2) FILTER (WHERE measured.is_new), 0)::numeric, 2
    ) AS new_area_m2
FROM measured
GROUP BY 1
ORDER BY 1
