-- what:   One tile of the pieces of a patch's assessment: that of a run, else the newest applied
--         at known_at. Pieces that differ only by zones of unseen layers are joined, so that no
--         line of such a layer shows; ground of other counties is one piece without a conclusion.
--         Conclusions of hidden rules ('ruleset:code') are left out.
-- reads:  spatial_piece, spatial_assessment, spatial_run, spatial_rule,
--         spatial_assessmentconclusion
-- writes: -
-- params: name, z, x, y, patch_id, run_id, known_at, county_ids, unseen_layers, hidden_labels
WITH chosen AS (
    SELECT
        assessment.id,
        run.ruleset_id
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    WHERE
        assessment.patch_id = %(patch_id)s
        AND CASE
            WHEN %(run_id)s::bigint IS NULL THEN assessment.applied_at <= %(known_at)s
            ELSE assessment.run_id = %(run_id)s::bigint
        END
    ORDER BY assessment.applied_at DESC, assessment.id DESC
    LIMIT 1
),

told AS (
    SELECT
        piece.seq,
        piece.ground,
        piece.area_m2,
        piece.sliver,
        piece.conclusion,
        piece.conclusion_class,
        chosen.id AS assessment_id,
        chosen.ruleset_id,
        piece.county_id <> ALL(%(county_ids)s) AS outside,
        CASE
            WHEN piece.county_id <> ALL(%(county_ids)s) THEN 'outside'
            WHEN piece.zones ?| %(unseen_layers)s::text[]
            OR EXISTS (
                SELECT 1
                FROM spatial_piece AS other
                WHERE
                    other.assessment_id = chosen.id
                    AND other.zones ?| %(unseen_layers)s::text[]
            )
                THEN
                    (piece.zones - %(unseen_layers)s::text[])::text
                    || piece.county_id || piece.township_code
            ELSE piece.seq::text
        END AS part
    FROM chosen
    INNER JOIN spatial_piece AS piece ON chosen.id = piece.assessment_id
),

joined AS (
    SELECT
        told.assessment_id,
        told.ruleset_id,
        min(told.seq) AS seq,
        sum(told.area_m2) AS area_m2,
        bool_and(told.sliver) AS sliver,
        bool_or(told.outside) AS outside,
        ST_Union(told.ground) AS ground,
        CASE
            WHEN NOT bool_or(told.outside) AND count(DISTINCT told.conclusion) = 1
                THEN min(told.conclusion)
        END AS conclusion,
        CASE
            WHEN NOT bool_or(told.outside) AND count(DISTINCT told.conclusion_class) = 1
                THEN min(told.conclusion_class)
        END AS conclusion_class
    FROM told
    GROUP BY told.assessment_id, told.ruleset_id, told.part
),

shown AS (
    SELECT
        joined.*,
        joined.conclusion IS NOT NULL
        AND joined.ruleset_id || ':' || joined.conclusion <> ALL(%(hidden_labels)s) AS seen
    FROM joined
),

-- kept as it is: otherwise each geometry is clipped twice, for the test below and for the tile
drawn AS MATERIALIZED (
    SELECT
        shown.seq AS id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'seq', shown.seq,
                'area_m2', shown.area_m2,
                'sliver', shown.sliver,
                'outside', shown.outside,
                'conclusion', CASE WHEN shown.seen THEN shown.conclusion END,
                'conclusion_class', CASE WHEN shown.seen THEN shown.conclusion_class END,
                'conclusion_term', CASE WHEN shown.seen THEN named.term END,
                'style', CASE
                    WHEN NOT shown.seen THEN 'other'
                    WHEN shown.conclusion_class = 'unknown' THEN 'unknown'
                    ELSE coalesce(
                        nullif(rule.style, ''), nullif(shown.conclusion_class, ''), 'other'
                    )
                END
            )
        ) AS properties,
        ST_AsMVTGeom(
            ST_Transform(shown.ground, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, TRUE
        ) AS geom
    FROM shown
    LEFT JOIN spatial_rule AS rule
        ON
            shown.ruleset_id = rule.ruleset_id
            AND rule.action = 'conclude'
            AND shown.conclusion = rule.code
    LEFT JOIN spatial_assessmentconclusion AS named
        ON
            shown.assessment_id = named.assessment_id
            AND shown.conclusion = named.code
            AND shown.conclusion_class = named.conclusion_class
)

SELECT ST_AsMVT(drawn, %(name)s, 4096, 'geom', 'id') AS mvt
FROM drawn
WHERE drawn.geom IS NOT NULL
