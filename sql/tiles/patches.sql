-- what:   One tile of patches with the label of one assessment each: that of a run, else the
--         newest applied at known_at. Layer {name}; {name}-labels has one point a patch.
--         Labels and marks of hidden rules ('ruleset:code') are left out.
-- reads:  spatial_patch, spatial_batch, spatial_region, spatial_assessment, spatial_run,
--         spatial_assessmentmark, spatial_determination
-- writes: -
-- params: name, z, x, y, west, south, east, north, county_ids, unit_id, run_id, known_at,
--         hidden_labels, hidden_marks
WITH frame AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile
),

near AS (
    SELECT
        patch.id,
        patch.geom,
        patch.area_m2,
        patch.jcbh,
        batch.source = '机器初筛' AS machine,
        batch.code || '/' || region.code || '/' || patch.jcbh AS address
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    WHERE
        patch.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        AND patch.region_id = ANY(%(county_ids)s)
        AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s)
        AND patch.created_at <= %(known_at)s
),

judged AS (
    SELECT
        near.*,
        found.id AS assessment_id,
        found.ruleset_id,
        found.borderline,
        NOT found.hidden AS seen,
        CASE WHEN NOT found.hidden THEN found.label_class END AS label_class,
        CASE WHEN NOT found.hidden THEN found.label_code END AS label_code,
        CASE WHEN NOT found.hidden THEN found.label_term END AS label_term,
        coalesce(CASE WHEN NOT found.hidden THEN nullif(found.style, '') END, 'other') AS style
    FROM near
    LEFT JOIN LATERAL (
        SELECT
            assessment.id,
            run.ruleset_id,
            assessment.borderline,
            assessment.label_class,
            assessment.label_code,
            assessment.label_term,
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

told AS (
    SELECT
        judged.id,
        judged.geom,
        jsonb_strip_nulls(
            jsonb_build_object(
                'id', judged.id,
                'address', judged.address,
                'jcbh', judged.jcbh,
                'machine', nullif(judged.machine, FALSE),
                'label', judged.jcbh,
                'label_class', judged.label_class,
                'label_code', judged.label_code,
                'label_term', judged.label_term,
                'style', judged.style,
                'borderline', judged.borderline AND judged.seen,
                'area_m2', judged.area_m2,
                'marks', (
                    SELECT string_agg(mark.code, ',' ORDER BY mark.severity, mark.code)
                    FROM spatial_assessmentmark AS mark
                    WHERE
                        mark.assessment_id = judged.assessment_id
                        AND mark.answer
                        AND judged.ruleset_id || ':' || mark.code <> ALL(%(hidden_marks)s)
                ),
                'decided', EXISTS (
                    SELECT 1
                    FROM spatial_determination AS fact
                    WHERE fact.patch_id = judged.id AND fact.recorded_at <= %(known_at)s
                )
            )
        ) AS properties
    FROM judged
),

-- kept as it is: otherwise each geometry is clipped twice, for the test below and for the tile
drawn AS MATERIALIZED (
    SELECT
        told.id,
        told.properties,
        ST_AsMVTGeom(ST_Transform(told.geom, 3857), frame.tile, 4096, 64, TRUE) AS geom
    FROM told
    CROSS JOIN frame
),

placed AS (
    SELECT
        told.id,
        told.properties,
        frame.tile,
        ST_Transform(ST_PointOnSurface(told.geom), 3857) AS point
    FROM told
    CROSS JOIN frame
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
