-- what:   Rows not yet placed go to the counties whose interior they meet. An overlap under
--         0.01 m2 is noise of coordinates on a shared boundary, unless it is the only one. Told by
--         cutting: predicates of two polygons may fail in GEOS where both follow one boundary.
-- reads:  import_row, import_county
-- writes: import_place
-- params: -
INSERT INTO import_place (row, region_id, overlap_m2)
WITH met AS MATERIALIZED (
    SELECT
        found.row,
        county.region_id,
        sum(
            area_m2(
                ST_Transform(
                    ST_CollectionExtract(ST_Intersection(county.geom, found.geom), 3), 990003
                )
            )
        ) AS overlap_m2
    FROM import_row AS found
    INNER JOIN import_county AS county ON county.geom && found.geom
    WHERE NOT EXISTS (SELECT 1 FROM import_place AS place WHERE place.row = found.row)
    GROUP BY found.row, county.region_id
),

ranked AS (
    SELECT
        met.row,
        met.region_id,
        met.overlap_m2,
        row_number() OVER (
            PARTITION BY met.row ORDER BY met.overlap_m2 DESC, met.region_id
        ) AS rank
    FROM met
)

SELECT
    ranked.row,
    ranked.region_id,
    ranked.overlap_m2
FROM ranked
WHERE ranked.overlap_m2 > 0 AND (ranked.overlap_m2 >= 0.01 OR ranked.rank = 1)
