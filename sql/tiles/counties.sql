-- what:   One tile of the boundaries of provinces, cities and counties: layer {name}, and
--         {name}-labels with one point a county.
-- reads:  spatial_region
-- writes: -
-- params: name, z, x, y, west, south, east, north, region_ids, tolerance_deg, with_labels
WITH frame AS (
    SELECT
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile,
        ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) AS reach
),

told AS (
    SELECT
        region.id,
        region.geom,
        region.level,
        frame.tile,
        frame.reach,
        jsonb_build_object(
            'id', region.id, 'code', region.code, 'name', region.name, 'level', region.level,
            'label', region.name
        ) AS properties
    FROM spatial_region AS region
    CROSS JOIN frame
    WHERE
        region.id = ANY(%(region_ids)s)
        AND region.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
),

-- kept as it is: otherwise each geometry is clipped twice, for the test below and for the tile
drawn AS MATERIALIZED (
    SELECT
        told.id,
        told.properties,
        ST_AsMVTGeom(
            ST_Transform(
                ST_Simplify(ST_ClipByBox2D(told.geom, told.reach), %(tolerance_deg)s), 3857
            ),
            told.tile, 4096, 64, TRUE
        ) AS geom
    FROM told
),

placed AS (
    SELECT
        told.id,
        told.properties,
        told.tile,
        ST_Transform(
            coalesce(
                ST_PointOnSurface(ST_Simplify(told.geom, 0.0005)), ST_PointOnSurface(told.geom)
            ),
            3857
        ) AS point
    FROM told
    WHERE %(with_labels)s AND told.level = 'county'
),

label AS MATERIALIZED (
    SELECT
        placed.id,
        placed.properties,
        ST_AsMVTGeom(placed.point, placed.tile, 4096, 0, FALSE) AS geom
    FROM placed
    WHERE
        ST_X(placed.point) >= ST_XMin(placed.tile) AND ST_X(placed.point) < ST_XMax(placed.tile)
        AND ST_Y(placed.point) >= ST_YMin(placed.tile) AND ST_Y(placed.point) < ST_YMax(placed.tile)
)

SELECT
    (
        SELECT ST_AsMVT(drawn, %(name)s, 4096, 'geom', 'id')
        FROM drawn
        WHERE drawn.geom IS NOT NULL
    )
    || (
        SELECT ST_AsMVT(label, %(name)s || '-labels', 4096, 'geom', 'id')
        FROM label
        WHERE label.geom IS NOT NULL
    ) AS mvt
