-- what:   Per county of a layer's delivery: rows placed there, their declared and computed areas,
--         how many of them lie in other counties too, and the county's own area in m2.
-- reads:  import_measure, import_target, spatial_region
-- writes: -
-- params: -
SELECT
    region.id AS region_id,
    region.code,
    region.name,
    count(*) AS stored,
    count(*) FILTER (WHERE measured.homes > 1) AS shared,
    count(measured.declared_area_m2) AS declared,
    sum(measured.declared_area_m2) AS declared_m2,
    sum(measured.area_m2) AS area_m2,
    CASE
        WHEN region.geom IS NOT NULL
            THEN area_m2(engine_ground(region.geom, target.plane_srid))
    END AS county_m2
FROM (
    SELECT
        import_measure.row,
        import_measure.region_id,
        import_measure.declared_area_m2,
        import_measure.area_m2,
        count(*) OVER (PARTITION BY import_measure.row) AS homes
    FROM import_measure
) AS measured
INNER JOIN import_target AS target ON measured.region_id = target.region_id
INNER JOIN spatial_region AS region ON target.region_id = region.id
GROUP BY region.id, target.plane_srid
ORDER BY region.code
