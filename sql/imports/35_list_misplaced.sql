-- what:   Rows placed by their code in a county whose ground they don't meet. A point of the row in
--         the county's ground is enough; only rows without are cut with it. No predicate compares
--         two polygons: along a boundary that both follow, GEOS may fail on those.
-- reads:  import_row, import_place, import_target, import_county
-- writes: -
-- params: -
WITH doubtful AS MATERIALIZED (
    SELECT
        found.row,
        found.geom,
        place.region_id,
        spot.geom AS spot
    FROM import_place AS place
    INNER JOIN import_row AS found ON place.row = found.row
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(found.geom) AS geom OFFSET 0) AS spot
    WHERE
        place.region_id IN (SELECT county.region_id FROM import_county AS county)
        AND NOT EXISTS (
            SELECT 1 FROM import_county AS county
            WHERE county.region_id = place.region_id AND ST_Intersects(county.geom, spot.geom)
        )
)

SELECT
    doubtful.row,
    target.code,
    ST_X(doubtful.spot) AS x,
    ST_Y(doubtful.spot) AS y
FROM doubtful
INNER JOIN import_target AS target ON doubtful.region_id = target.region_id
WHERE NOT EXISTS (
    SELECT 1 FROM import_county AS county
    WHERE
        county.region_id = doubtful.region_id
        AND county.geom && doubtful.geom
        AND area_m2(
            ST_Transform(
                ST_CollectionExtract(ST_Intersection(county.geom, doubtful.geom), 3), 990003
            )
        ) > 0
)
ORDER BY doubtful.row
