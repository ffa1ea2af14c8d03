-- what:   Features that pass the tests and are no patches of the batch yet, as patches: measured
--         like a delivered patch, in their county's plane. The number is the feature's own where
--         it's alone with it in the county, else the source's, else one with a checksum.
-- reads:  make_zone, make_match, spatial_zone, spatial_datasetversion, spatial_region,
--         spatial_project
-- writes: spatial_patch
-- params: batch_id, region_ids, recorded_at
INSERT INTO spatial_patch (
    batch_id, region_id, jcbh, kind, declared_area_m2, area_m2, holder_id, project_id, attributes,
    delivered, source_row, zone_id, delivered_crs, created_at, geom, ground
)
WITH counted AS (
    SELECT
        wanted.*,
        count(*) OVER (PARTITION BY wanted.region_id, wanted.number) AS same_number,
        count(*) OVER (PARTITION BY wanted.region_id, wanted.source_number) AS same_source
    FROM make_zone AS wanted
),

chosen AS (
    SELECT
        counted.zone_id,
        counted.region_id,
        counted.source_id,
        counted.source_number,
        counted.answer,
        CASE
            WHEN counted.same_number = 1 THEN counted.number
            WHEN counted.same_source = 1 THEN counted.source_number
        END AS jcbh
    FROM counted
),

numbered AS (
    SELECT
        chosen.*,
        count(*) OVER (PARTITION BY chosen.region_id, chosen.jcbh) AS same_jcbh
    FROM chosen
),

made AS MATERIALIZED (
    SELECT
        numbered.zone_id,
        numbered.region_id,
        CASE
            WHEN
                numbered.same_jcbh = 1
                AND length(numbered.jcbh) <= 60
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_patch AS taken
                    WHERE
                        taken.batch_id = %(batch_id)s
                        AND taken.region_id = numbered.region_id
                        AND taken.jcbh = numbered.jcbh
                )
                THEN numbered.jcbh
            ELSE left(numbered.source_number, 51) || '-' || left(md5(numbered.source_id), 8)
        END AS jcbh,
        engine_ground(
            zone.geom, (990200 + (region.central_meridian + 180) * 2)::integer
        ) AS ground
    FROM numbered
    INNER JOIN spatial_zone AS zone ON numbered.zone_id = zone.id
    INNER JOIN spatial_region AS region ON numbered.region_id = region.id
    WHERE
        numbered.answer
        AND numbered.region_id = ANY(%(region_ids)s::bigint[])
        AND NOT EXISTS (
            SELECT 1 FROM make_match AS known
            WHERE known.zone_id = numbered.zone_id
        )
)

SELECT
    %(batch_id)s,
    made.region_id,
    made.jcbh,
    '',
    zone.declared_area_m2,
    round(area_m2(made.ground)::numeric, 2),
    zone.holder_id,
    project.id,
    zone.attributes,
    zone.delivered,
    zone.source_row,
    zone.id,
    version.delivered_crs,
    %(recorded_at)s,
    zone.geom,
    made.ground
FROM made
INNER JOIN spatial_zone AS zone ON made.zone_id = zone.id
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
LEFT JOIN (
    SELECT named.name, min(named.id) AS id
    FROM spatial_project AS named
    GROUP BY named.name
) AS project ON zone.attributes ->> 'project' = project.name
ORDER BY made.region_id, made.jcbh
