-- what:   Rows placed by their code in a county whose ground they don't meet, and how far off, in
--         m. A corner inside a part of the county's ground is enough, and the program may have
--         seen it; only rows without are cut with it. No predicate compares two polygons: along a
--         line that both follow, GEOS may fail on those. strays: the rows to look at, null all.
-- reads:  import_row, import_place, import_target, import_county
-- writes: -
-- params: strays
WITH doubtful AS MATERIALIZED (
    SELECT
        found.row,
        found.geom,
        place.region_id
    FROM import_place AS place
    INNER JOIN import_row AS found ON place.row = found.row
    WHERE
        (%(strays)s::integer[] IS NULL OR place.row = ANY(%(strays)s::integer[]))
        AND found.begins_in IS DISTINCT FROM place.region_id
        AND place.region_id IN (SELECT county.region_id FROM import_county AS county)
        AND (  -- a single value, so that it is looked up by place, row by row
            SELECT county.region_id
            FROM import_county AS county
            WHERE
                county.region_id = place.region_id
                AND ST_Contains(
                    county.geom, ST_PointN(ST_ExteriorRing(ST_GeometryN(found.geom, 1)), 1)
                )
            LIMIT 1
        ) IS NULL
)

SELECT
    doubtful.row,
    target.code,
    ST_X(ST_PointOnSurface(doubtful.geom)) AS x,
    ST_Y(ST_PointOnSurface(doubtful.geom)) AS y,
    (
        SELECT ST_Distance(county.geom::geography, doubtful.geom::geography)
        FROM import_county AS county
        WHERE county.region_id = doubtful.region_id
        ORDER BY county.geom <-> doubtful.geom
        LIMIT 1
    ) AS away_m
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
