-- what:   Each assessment of a run with the one that it takes the place of: the current one, or
--         for a run that was applied the one that was current then. differs where their pieces,
--         conclusions or townships are not the same.
-- reads:  spatial_assessment, spatial_run, spatial_piece
-- writes: run_pair
-- params: run_id
CREATE TEMPORARY TABLE run_pair ON COMMIT DROP AS
SELECT
    newer.patch_id,
    newer.id AS now_id,
    older.id AS was_id,
    coalesce(was_drawn.told <> now_drawn.told, TRUE) AS differs
FROM spatial_assessment AS newer
INNER JOIN spatial_run AS run ON newer.run_id = run.id
LEFT JOIN LATERAL (
    SELECT found.id
    FROM spatial_assessment AS found
    WHERE
        found.patch_id = newer.patch_id
        AND found.run_id <> run.id
        AND CASE
            WHEN run.applied_at IS NULL THEN found.is_current
            ELSE found.applied_at <= run.applied_at
        END
    ORDER BY found.applied_at DESC, found.id DESC
    LIMIT 1
) AS older ON TRUE
CROSS JOIN LATERAL (
    SELECT string_agg(each.print, '' ORDER BY each.print) AS told
    FROM (
        SELECT
            md5(
                piece.conclusion || ':' || piece.conclusion_class || ':' || piece.township_code
                || ST_AsBinary(piece.ground)::text
            ) AS print
        FROM spatial_piece AS piece
        WHERE piece.assessment_id = older.id
    ) AS each
) AS was_drawn
CROSS JOIN LATERAL (
    SELECT string_agg(each.print, '' ORDER BY each.print) AS told
    FROM (
        SELECT
            md5(
                piece.conclusion || ':' || piece.conclusion_class || ':' || piece.township_code
                || ST_AsBinary(piece.ground)::text
            ) AS print
        FROM spatial_piece AS piece
        WHERE piece.assessment_id = newer.id
    ) AS each
) AS now_drawn
WHERE newer.run_id = %(run_id)s
