-- what:   The area of each row in the plane of each county that it was placed in, once. The rows
--         are valid by now: the area of engine_ground() without making it valid again. Where no
--         edge is long enough to be densified, the program has measured it (spatial.crs).
-- reads:  import_row, import_place, import_target
-- writes: import_measure
-- params: -
CREATE TEMPORARY TABLE import_measure ON COMMIT DROP AS
SELECT
    found.row,
    place.region_id,
    found.declared_area_m2::double precision,
    coalesce(
        found.short_area_m2,
        area_m2(
            ST_Transform(ST_Segmentize(ST_Transform(found.geom, target.plane_srid), 70), 990003)
        )
    ) AS area_m2
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN import_target AS target ON place.region_id = target.region_id
