-- what:   Open rows of ledgers that lie on ground somebody is about to register, and by how much.
-- reads:  spatial_zone, spatial_datasetversion, spatial_document, spatial_holder
-- writes: -
-- params: shapes, plane_srid, layers, region_ids
WITH given AS MATERIALIZED (
    SELECT
        ST_Union(
            ST_CollectionExtract(ST_MakeValid(shape.wkb::geometry, 'method=structure'), 3)
        ) AS geom
    FROM unnest(%(shapes)s::text[]) AS shape (wkb)
),

met AS (
    SELECT
        zone.id,
        zone.layer_id,
        zone.name,
        zone.attributes,
        document.number,
        document.number_key,
        holder.name AS holder,
        area_m2(
            engine_ground(
                ST_CollectionExtract(ST_Intersection(zone.geom, given.geom), 3), %(plane_srid)s
            )
        ) AS exact_m2
    FROM given
    INNER JOIN spatial_zone AS zone
        ON zone.geom && given.geom AND ST_Intersects(zone.geom, given.geom)
    INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
    LEFT JOIN spatial_document AS document ON zone.document_id = document.id
    LEFT JOIN spatial_holder AS holder ON zone.holder_id = holder.id
    WHERE
        zone.layer_id = ANY(%(layers)s::text[])
        AND version.region_id = ANY(%(region_ids)s::bigint[])
        AND version.status = 'active'
        AND zone.recorded_until IS NULL
)

SELECT
    met.id,
    met.layer_id,
    met.name,
    met.number,
    met.number_key,
    met.holder,
    met.attributes ->> 'approved_on' AS approved_on,
    round(met.exact_m2::numeric, 2) AS area_m2
FROM met
WHERE met.exact_m2 >= 0.01
ORDER BY met.exact_m2 DESC, met.id
LIMIT 100
