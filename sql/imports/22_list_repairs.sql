-- what:   Repaired rows: reason, place, area before and after (in the plane of their county;
--         before is the area of the rings as delivered).
-- reads:  import_row, import_place, import_target
-- writes: -
-- params: -
SELECT
    repaired.row,
    repaired.reason,
    ST_X(repaired.spot) AS x,
    ST_Y(repaired.spot) AS y,
    area_m2(
        ST_Transform(
            ST_Segmentize(ST_Transform(repaired.delivered_geom, target.plane_srid), 70), 990003
        )
    ) AS before_m2,
    area_m2(engine_ground(repaired.geom, target.plane_srid)) AS after_m2
FROM import_row AS repaired
INNER JOIN LATERAL (
    SELECT min(place.region_id) AS region_id
    FROM import_place AS place
    WHERE place.row = repaired.row
) AS first_place ON TRUE
INNER JOIN import_target AS target ON first_place.region_id = target.region_id
WHERE repaired.reason IS NOT NULL
ORDER BY repaired.row
