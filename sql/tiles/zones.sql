-- what:   One tile of the zones of some versions: layer {name}, and {name}-labels with one point
--         a zone in the tile where the point falls. A zone that went into several counties'
--         versions is drawn once. Ledger rows as known at known_at. Below small_deg across a
--         zone is left out; tolerance_deg generalises (0: as delivered). Versions in levelled_ids
--         are drawn from their level instead, where what was merged says its group alone. Where
--         ground is given (WKB, EPSG:4490), nothing beyond it is drawn or labelled.
-- reads:  spatial_zone, zone_level
-- writes: -
-- params: name, z, x, y, west, south, east, north, version_ids, known_at, fields, label, groups,
--         small_deg, tolerance_deg, with_labels, levelled_ids, level, ground
WITH frame AS (
    SELECT
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile,
        ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) AS reach
),

own AS MATERIALIZED (
    SELECT
        ST_GeomFromWKB(%(ground)s, 4490) AS geom,
        ST_Transform(ST_GeomFromWKB(%(ground)s, 4490), 3857) AS geom_m
),

near AS (
    SELECT DISTINCT ON (zone.source_id, zone.geom)
        zone.id,
        zone.attributes,
        zone.geom
    FROM spatial_zone AS zone
    WHERE
        zone.version_id = ANY(%(version_ids)s::bigint[])
        AND zone.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        AND (zone.recorded_from IS NULL OR zone.recorded_from <= %(known_at)s)
        AND (zone.recorded_until IS NULL OR zone.recorded_until > %(known_at)s)
        AND greatest(
            ST_XMax(zone.geom) - ST_XMin(zone.geom), ST_YMax(zone.geom) - ST_YMin(zone.geom)
        ) >= %(small_deg)s
    ORDER BY zone.source_id, zone.geom, zone.id
),

coarse AS (
    SELECT
        piece.zone_id,
        piece.shade,
        piece.point,
        piece.geom,
        piece.twin IS NULL OR piece.version_id = min(piece.version_id) OVER (
            PARTITION BY piece.twin
        ) AS is_first
    FROM zone_level AS piece
    WHERE
        piece.version_id = ANY(%(levelled_ids)s::bigint[])
        AND piece.level = %(level)s
        AND piece.geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.03125)
),

found AS (
    SELECT
        near.id,
        near.attributes,
        NULL AS shade,
        FALSE AS is_coarse,
        NULL::geometry AS point,
        near.geom
    FROM near
    UNION ALL
    SELECT
        zone.id,
        zone.attributes,
        coarse.shade,
        TRUE AS is_coarse,
        coarse.point,
        coarse.geom
    FROM coarse
    LEFT JOIN spatial_zone AS zone ON coarse.zone_id = zone.id
    WHERE coarse.is_first
),

told AS (
    SELECT
        found.id,
        found.geom,
        found.point,
        found.is_coarse,
        CASE
            WHEN found.id IS NULL THEN jsonb_strip_nulls(
                jsonb_build_object('group', coalesce(found.shade, %(groups)s::jsonb ->> ''))
            )
            ELSE jsonb_strip_nulls(
                jsonb_build_object(
                    'id', found.id,
                    'label', nullif(found.attributes ->> %(label)s, ''),
                    'group', coalesce(
                        found.shade,
                        %(groups)s::jsonb ->> left(found.attributes ->> 'code', 5),
                        %(groups)s::jsonb ->> left(found.attributes ->> 'code', 4),
                        %(groups)s::jsonb ->> left(found.attributes ->> 'code', 2),
                        %(groups)s::jsonb ->> ''
                    )
                )
                || coalesce(
                    (
                        SELECT jsonb_object_agg(field.key, field.value)
                        FROM jsonb_each(found.attributes) AS field
                        WHERE field.key = ANY(%(fields)s)
                    ),
                    '{}'::jsonb
                )
            )
        END AS properties
    FROM found
),

-- what crosses the border of the reader's counties ends there
own_part AS (
    SELECT
        told.id,
        told.properties,
        told.is_coarse,
        CASE
            WHEN own.geom IS NULL THEN told.geom
            WHEN told.is_coarse AND ST_Covers(own.geom_m, told.geom) THEN told.geom
            WHEN told.is_coarse
                THEN ST_CollectionExtract(ST_Intersection(told.geom, own.geom_m), 3)
            WHEN ST_Covers(own.geom, told.geom) THEN told.geom
            ELSE ST_CollectionExtract(ST_Intersection(told.geom, own.geom), 3)
        END AS geom
    FROM told
    CROSS JOIN own
),

-- the huge are cut to the tile before they are turned
cut AS (
    SELECT
        own_part.id,
        own_part.properties,
        frame.tile,
        CASE
            WHEN own_part.is_coarse THEN own_part.geom
            WHEN ST_NPoints(own_part.geom) > 500 THEN ST_ClipByBox2D(own_part.geom, frame.reach)
            ELSE own_part.geom
        END AS geom,
        CASE WHEN own_part.is_coarse THEN 0 ELSE %(tolerance_deg)s END AS tolerance_deg
    FROM own_part
    CROSS JOIN frame
),

-- kept as it is: otherwise each geometry is clipped twice, for the test below and for the tile
drawn AS MATERIALIZED (
    SELECT
        cut.id,
        cut.properties,
        ST_AsMVTGeom(
            ST_Transform(
                CASE
                    WHEN cut.tolerance_deg > 0 THEN ST_Simplify(cut.geom, cut.tolerance_deg)
                    ELSE cut.geom
                END,
                3857
            ),
            cut.tile, 4096, 64, TRUE
        ) AS geom
    FROM cut
),

-- a point that depends on the zone alone, so that neighbouring tiles agree on it
placed AS (
    SELECT
        told.id,
        told.properties,
        frame.tile,
        CASE
            WHEN told.is_coarse THEN told.point
            ELSE ST_Transform(
                coalesce(
                    CASE
                        WHEN ST_NPoints(told.geom) > 2000
                            THEN ST_PointOnSurface(ST_Simplify(told.geom, 0.0005))
                    END,
                    ST_PointOnSurface(told.geom)
                ),
                3857
            )
        END AS point
    FROM told
    CROSS JOIN frame
    WHERE %(with_labels)s AND told.properties ? 'label'
),

label AS MATERIALIZED (
    SELECT
        placed.id,
        placed.properties,
        ST_AsMVTGeom(placed.point, placed.tile, 4096, 0, FALSE) AS geom
    FROM placed
    CROSS JOIN own
    WHERE
        (own.geom IS NULL OR ST_Intersects(own.geom_m, placed.point))
        AND ST_X(placed.point) >= ST_XMin(placed.tile) AND ST_X(placed.point) < ST_XMax(placed.tile)
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
