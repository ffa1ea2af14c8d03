-- what:   Two versions compared by source id and geometry: added, removed, changed, same.
-- reads:  spatial_zone
-- writes: -
-- params: old_id, new_id
SELECT
    CASE
        WHEN earlier.source_id IS NULL THEN 'added'
        WHEN later.source_id IS NULL THEN 'removed'
        WHEN earlier.print = later.print THEN 'same'
        ELSE 'changed'
    END AS change,
    count(*) AS zones,
    coalesce(sum(earlier.area_m2), 0) AS old_area_m2,
    coalesce(sum(later.area_m2), 0) AS new_area_m2
FROM (
    SELECT
        source_id,
        area_m2,
        md5(ST_AsBinary(geom)::text || attributes::text) AS print
    FROM spatial_zone
    WHERE version_id = %(old_id)s AND recorded_until IS NULL
) AS earlier
FULL OUTER JOIN (
    SELECT
        source_id,
        area_m2,
        md5(ST_AsBinary(geom)::text || attributes::text) AS print
    FROM spatial_zone
    WHERE version_id = %(new_id)s AND recorded_until IS NULL
) AS later ON earlier.source_id = later.source_id
GROUP BY 1
ORDER BY 1
