-- what:   Rows whose declared area differs from the computed one by more than a share and more
--         than so many m2.
-- reads:  import_measure, import_row
-- writes: -
-- params: share, above_m2, at_most
SELECT
    measured.row,
    measured.declared_area_m2,
    measured.area_m2,
    measured.declared_area_m2 AS before_m2,
    measured.area_m2 AS after_m2,
    ST_X(ST_PointOnSurface(found.geom)) AS x,
    ST_Y(ST_PointOnSurface(found.geom)) AS y,
    count(*) OVER () AS total
FROM (
    SELECT DISTINCT ON (import_measure.row)
        import_measure.row,
        import_measure.declared_area_m2,
        import_measure.area_m2
    FROM import_measure
    WHERE import_measure.declared_area_m2 > 0
    ORDER BY import_measure.row, import_measure.region_id
) AS measured
INNER JOIN import_row AS found ON measured.row = found.row
WHERE
    abs(measured.area_m2 - measured.declared_area_m2)
    > greatest(%(above_m2)s, %(share)s * measured.declared_area_m2)
ORDER BY measured.row
LIMIT %(at_most)s
