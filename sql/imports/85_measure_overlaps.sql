-- what:   How much the given pairs of rows overlap, by more than so many m2, the largest first,
--         with a place; width is the mean width of the overlap in m.
-- reads:  import_row, import_place, import_target
-- writes: -
-- params: ones, others, above_m2
SELECT
    pair.one AS row,
    pair.other AS other_row,
    pair.one_name,
    pair.other_name,
    round(pair.overlap_m2::numeric, 2) AS overlap_m2,
    2 * pair.overlap_m2 / nullif(ST_Perimeter(pair.common), 0) AS width_m,
    ST_X(ST_Transform(ST_PointOnSurface(pair.common), 4490)) AS x,
    ST_Y(ST_Transform(ST_PointOnSurface(pair.common), 4490)) AS y
FROM (
    SELECT
        met.one,
        met.other,
        met.one_name,
        met.other_name,
        met.common,
        area_m2(met.common) AS overlap_m2
    FROM (
        SELECT
            one.row AS one,
            other.row AS other,
            one.source_id AS one_name,
            other.source_id AS other_name,
            ST_CollectionExtract(
                ST_Intersection(
                    engine_ground(one.geom, target.plane_srid),
                    engine_ground(other.geom, target.plane_srid)
                ), 3
            ) AS common
        FROM unnest(%(ones)s::integer[], %(others)s::integer[]) AS asked (one_row, other_row)
        INNER JOIN import_row AS one ON asked.one_row = one.row
        INNER JOIN import_row AS other ON asked.other_row = other.row
        INNER JOIN LATERAL (
            SELECT min(place.region_id) AS region_id
            FROM import_place AS place
            WHERE place.row = one.row
        ) AS first_place ON TRUE
        INNER JOIN import_target AS target ON first_place.region_id = target.region_id
    ) AS met
) AS pair
WHERE pair.overlap_m2 > %(above_m2)s
ORDER BY pair.overlap_m2 DESC, pair.one, pair.other
