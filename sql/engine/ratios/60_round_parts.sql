-- what:   The parts into which facts divide a piece, with stored areas: rounded down to 0.01 m2,
--         the missing hundredths to the largest remainders, so that the parts add up to the
--         piece (design 4.7), or to the patch where they come from several assessments. Net
--         areas follow the areas and add up to the piece's.
-- reads:  ratio_label, spatial_piece, spatial_piecenotion, spatial_assessment, spatial_run,
--         spatial_rulesetversion, spatial_patch
-- writes: ratio_part
-- params: -
CREATE TEMPORARY TABLE ratio_part ON COMMIT DROP AS
WITH several AS (
    SELECT label.patch_id
    FROM ratio_label AS label
    GROUP BY label.patch_id
    HAVING count(DISTINCT label.assessment_id) > 1
),

joined AS (
    SELECT
        label.patch_id,
        label.assessment_id,
        label.piece_id,
        label.decision_id,
        label.rectified_id,
        label.counted_in,
        CASE WHEN several.patch_id IS NULL THEN label.piece_id ELSE 0 END AS pool,
        sum(label.exact_m2 ORDER BY label.exact_m2) AS exact_m2
    FROM ratio_label AS label
    LEFT JOIN several ON label.patch_id = several.patch_id
    GROUP BY
        label.patch_id, label.assessment_id, label.piece_id, label.decision_id,
        label.rectified_id, label.counted_in, several.patch_id
),

floored AS (
    SELECT
        joined.*,
        piece.area_m2 AS piece_m2,
        CASE WHEN joined.pool = 0 THEN patch.area_m2 ELSE piece.area_m2 END AS pool_m2,
        floor(joined.exact_m2 * 100)::bigint AS hundredths,
        count(*) OVER pool_of AS pool_size,
        sum(floor(joined.exact_m2 * 100)::bigint) OVER pool_of AS pool_hundredths,
        row_number() OVER (
            PARTITION BY joined.patch_id, joined.pool
            ORDER BY
                joined.exact_m2 * 100 - floor(joined.exact_m2 * 100) DESC,
                joined.piece_id,
                joined.decision_id,
                joined.rectified_id,
                joined.counted_in
        ) AS remainder_rank
    FROM joined
    INNER JOIN spatial_piece AS piece ON joined.piece_id = piece.id
    INNER JOIN spatial_patch AS patch ON joined.patch_id = patch.id
    WINDOW pool_of AS (PARTITION BY joined.patch_id, joined.pool)
),

sized AS (
    SELECT
        floored.*,
        -- a miss beyond one hundredth each is the noise of nodes, and is spread alike
        (
            floored.hundredths
            + floor((floored.pool_m2 * 100 - floored.pool_hundredths) / floored.pool_size)
            + CASE
                WHEN
                    floored.remainder_rank <= (floored.pool_m2 * 100 - floored.pool_hundredths)
                    - floored.pool_size
                    * floor((floored.pool_m2 * 100 - floored.pool_hundredths) / floored.pool_size)
                    THEN 1
                ELSE 0
            END
        ) / 100 AS area_m2
    FROM floored
),

netted AS (
    SELECT
        sized.*,
        member.id IS NOT NULL AS is_member,
        member.answer,
        member.net_unknown,
        coalesce(
            sized.area_m2 * member.net_m2 / nullif(sized.piece_m2, 0), sized.area_m2
        ) * 100 AS net_hundredths
    FROM sized
    INNER JOIN spatial_assessment AS assessment ON sized.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    LEFT JOIN spatial_piecenotion AS member
        ON
            sized.piece_id = member.piece_id
            AND member.notion = ruleset.settings -> 'ratio' ->> 'cultivated'
),

ranked AS (
    SELECT
        netted.*,
        round(sum(netted.net_hundredths) OVER piece_of)
        - sum(floor(netted.net_hundredths)) OVER piece_of AS net_missing,
        row_number() OVER (
            PARTITION BY netted.piece_id
            ORDER BY
                netted.net_hundredths - floor(netted.net_hundredths) DESC,
                netted.decision_id,
                netted.rectified_id,
                netted.counted_in
        ) AS net_rank
    FROM netted
    WINDOW piece_of AS (PARTITION BY netted.piece_id)
)

SELECT
    ranked.patch_id,
    ranked.assessment_id,
    ranked.piece_id,
    ranked.decision_id,
    ranked.rectified_id,
    ranked.counted_in,
    ranked.area_m2::numeric(18, 2) AS area_m2,
    ranked.is_member,
    ranked.answer,
    ranked.net_unknown,
    (
        (
            floor(ranked.net_hundredths)
            + CASE WHEN ranked.net_rank <= ranked.net_missing THEN 1 ELSE 0 END
        ) / 100
    )::numeric(18, 2) AS net_m2
FROM ranked
