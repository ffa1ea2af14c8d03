-- what:   Slivers (every connected part below ignore_pieces; pieces below half a hundredth of a m2
--         always) stay in the sums and take the
--         conclusion of the neighbour with which they share the longest edge. Widths are 2S/L in
--         the county's Gauss plane.
-- reads:  spatial_rulesetversion, chunk_patch, chunk_piece, chunk_verdict
-- writes: chunk_verdict
-- params: -
UPDATE chunk_verdict AS target
SET
    sliver = TRUE,
    code = adopted.code,
    conclusion_class = adopted.conclusion_class,
    reason = target.reason || jsonb_build_object('joined', adopted.joined_seq)
FROM (
    WITH bound AS MATERIALIZED (
        SELECT
            ruleset.id AS ruleset_id,
            (ruleset.settings -> 'ignore_pieces' ->> 'below_m2')::double precision AS below_m2,
            (ruleset.settings -> 'ignore_pieces' ->> 'narrower_than_m')::double precision
                AS narrower_m,
            ruleset.settings ? 'ignore_pieces' AS asked
        FROM spatial_rulesetversion AS ruleset
        WHERE ruleset.id = ANY(ARRAY(SELECT DISTINCT patch.ruleset_id FROM chunk_patch AS patch))
    ),

    -- by what costs nothing: twice as wide as the threshold in the equal-area CRS, surely not thin
    suspect AS MATERIALIZED (
        SELECT
            piece.assessment_id,
            piece.seq,
            piece.exact_m2,
            piece.ground,
            patch.plane_srid,
            bound.below_m2,
            bound.narrower_m
        FROM chunk_piece AS piece
        INNER JOIN chunk_patch AS patch ON piece.assessment_id = patch.assessment_id
        INNER JOIN bound ON patch.ruleset_id = bound.ruleset_id
        WHERE
            piece.exact_m2 < 0.005
            OR (
                bound.asked
                AND (
                    piece.exact_m2 < bound.below_m2 * ST_NumGeometries(piece.ground)
                    OR 2 * piece.exact_m2 / ST_Perimeter(piece.ground) < 2 * bound.narrower_m
                )
            )
    ),

    thin AS MATERIALIZED (
        SELECT suspect.assessment_id, suspect.seq, suspect.ground
        FROM suspect
        CROSS JOIN LATERAL (
            SELECT
                bool_and(
                    area_m2(part.geom) < suspect.below_m2
                    -- to the millimetre: a spike has length but no width
                    OR coalesce(
                        2 * area_m2(part.geom)
                        / nullif(
                            ST_Perimeter(
                                ST_ReducePrecision(
                                    ST_Transform(part.geom, suspect.plane_srid), 0.001
                                )
                            ), 0
                        ), 0
                    )
                    < suspect.narrower_m
                ) AS thin
            FROM ST_Dump(suspect.ground) AS part
        ) AS part
        WHERE suspect.exact_m2 < 0.005 OR part.thin
    )

    SELECT DISTINCT ON (thin.assessment_id, thin.seq)
        thin.assessment_id,
        thin.seq,
        beside.seq AS joined_seq,
        verdict.code,
        verdict.conclusion_class
    FROM thin
    INNER JOIN chunk_piece AS beside
        ON
            thin.assessment_id = beside.assessment_id
            AND thin.seq <> beside.seq
            AND ST_Intersects(thin.ground, beside.ground)
    INNER JOIN chunk_verdict AS verdict
        ON beside.assessment_id = verdict.assessment_id AND beside.seq = verdict.seq
    WHERE NOT EXISTS (
        SELECT 1
        FROM thin AS other
        WHERE other.assessment_id = beside.assessment_id AND other.seq = beside.seq
    )
    ORDER BY
        thin.assessment_id,
        thin.seq,
        ST_Length(
            ST_CollectionExtract(
                ST_Intersection(ST_Boundary(thin.ground), ST_Boundary(beside.ground)), 2
            )
        ) DESC,
        beside.seq
) AS adopted
WHERE target.assessment_id = adopted.assessment_id AND target.seq = adopted.seq
