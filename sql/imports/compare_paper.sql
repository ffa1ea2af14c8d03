-- what:   The open rows of a paper against ground that is to take their place.
-- reads:  spatial_zone, spatial_datasetversion, spatial_document
-- writes: -
-- params: shapes, plane_srid, layer, number_key, region_ids
WITH given AS MATERIALIZED (
    SELECT
        engine_ground(
            ST_Union(
                ST_CollectionExtract(ST_MakeValid(shape.wkb::geometry, 'method=structure'), 3)
            ),
            %(plane_srid)s
        ) AS ground
    FROM unnest(%(shapes)s::text[]) AS shape (wkb)
),

known AS MATERIALIZED (
    SELECT
        count(*) AS zones,
        engine_ground(ST_Union(zone.geom), %(plane_srid)s) AS ground
    FROM spatial_zone AS zone
    INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
    INNER JOIN spatial_document AS document ON zone.document_id = document.id
    WHERE
        document.layer_id = %(layer)s
        AND document.number_key = %(number_key)s
        AND version.region_id = ANY(%(region_ids)s::bigint[])
        AND version.status = 'active'
        AND zone.recorded_until IS NULL
)

SELECT
    known.zones,
    round(coalesce(area_m2(known.ground), 0)::numeric, 2) AS old_area_m2,
    round(coalesce(area_m2(given.ground), 0)::numeric, 2) AS new_area_m2,
    round(
        coalesce(
            area_m2(ST_Difference(given.ground, known.ground)), area_m2(given.ground), 0
        )::numeric,
        2
    ) AS gained_m2,
    round(coalesce(area_m2(ST_Difference(known.ground, given.ground)), 0)::numeric, 2) AS lost_m2,
    CASE
        WHEN known.ground IS NOT NULL
            THEN ST_AsGeoJSON(ST_Transform(known.ground, 4490), 10)::json
    END AS old_geometry
FROM given
CROSS JOIN known
