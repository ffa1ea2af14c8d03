-- what:   One tile of patches where single ones are too small to see: layer {name} has only those
--         at least large_deg across; {name}-labels has one point per cell, style and class with
--         the count of patches, machine-made ones apart. Labels as in patches.sql.
-- reads:  spatial_patch, spatial_batch, spatial_assessment, spatial_run
-- writes: -
-- params: name, z, x, y, west, south, east, north, county_ids, unit_id, run_id, known_at,
--         hidden_labels, cell_m, large_deg
WITH frame AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile
),

near AS (
    SELECT
        patch.id,
        patch.geom,
        batch.source = '机器初筛' AS machine,
        ST_Centroid(ST_Envelope(patch.geom)) AS middle
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    WHERE
        patch.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        AND patch.region_id = ANY(%(county_ids)s)
        AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s)
        AND patch.created_at <= %(known_at)s
),

told AS (
    SELECT
        near.id,
        near.geom,
        nullif(near.machine, FALSE) AS machine,
        radians(ST_X(near.middle)) * 6378137 AS east_m,
        ln(tan(pi() / 4 + radians(ST_Y(near.middle)) / 2)) * 6378137 AS north_m,
        coalesce(CASE WHEN NOT found.hidden THEN nullif(found.style, '') END, 'other') AS style,
        CASE WHEN NOT found.hidden THEN found.label_class END AS label_class
    FROM near
    LEFT JOIN LATERAL (
        SELECT
            assessment.id,
            assessment.label_class,
            assessment.style,
            run.ruleset_id || ':' || assessment.label_code = ANY(%(hidden_labels)s) AS hidden
        FROM spatial_assessment AS assessment
        INNER JOIN spatial_run AS run ON assessment.run_id = run.id
        WHERE
            assessment.patch_id = near.id
            AND CASE
                WHEN %(run_id)s::bigint IS NULL THEN assessment.applied_at <= %(known_at)s
                ELSE assessment.run_id = %(run_id)s::bigint
            END
        ORDER BY assessment.applied_at DESC, assessment.id DESC
        LIMIT 1
    ) AS found ON TRUE
    WHERE %(run_id)s::bigint IS NULL OR found.id IS NOT NULL
),

-- kept as it is: otherwise each geometry is clipped twice, for the test below and for the tile
drawn AS MATERIALIZED (
    SELECT
        told.id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'id', told.id, 'style', told.style, 'label_class', told.label_class,
                'machine', told.machine
            )
        ) AS properties,
        ST_AsMVTGeom(ST_Transform(told.geom, 3857), frame.tile, 4096, 64, TRUE) AS geom
    FROM told
    CROSS JOIN frame
    WHERE
        greatest(
            ST_XMax(told.geom) - ST_XMin(told.geom), ST_YMax(told.geom) - ST_YMin(told.geom)
        ) >= %(large_deg)s
),

label AS MATERIALIZED (
    SELECT
        min(told.id) AS id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'id', CASE WHEN count(*) = 1 THEN min(told.id) END,
                'style', told.style,
                'label_class', told.label_class,
                'machine', told.machine,
                'count', count(*)
            )
        ) AS properties,
        ST_AsMVTGeom(
            ST_SetSRID(ST_MakePoint(avg(told.east_m), avg(told.north_m)), 3857),
            frame.tile, 4096, 0, FALSE
        ) AS geom
    FROM told
    CROSS JOIN frame
    WHERE
        told.east_m >= ST_XMin(frame.tile) AND told.east_m < ST_XMax(frame.tile)
        AND told.north_m >= ST_YMin(frame.tile) AND told.north_m < ST_YMax(frame.tile)
    GROUP BY
        frame.tile, told.style, told.label_class, told.machine,
        floor(told.east_m / %(cell_m)s), floor(told.north_m / %(cell_m)s)
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
