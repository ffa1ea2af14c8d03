-- what:   Zones that changed their shape: each is the other's largest overlap. Where shapes differ
--         by less than a hundredth of a square metre they count as the same.
-- reads:  diff_ground, diff_piece
-- writes: diff_match
-- params: -
CREATE TEMPORARY TABLE diff_match ON COMMIT DROP AS
WITH overlap AS (
    SELECT
        piece.old_id,
        piece.new_id,
        piece.exact_m2,
        row_number() OVER (
            PARTITION BY piece.old_id ORDER BY piece.exact_m2 DESC, piece.new_id
        ) AS old_rank,
        row_number() OVER (
            PARTITION BY piece.new_id ORDER BY piece.exact_m2 DESC, piece.old_id
        ) AS new_rank
    FROM diff_piece AS piece
    INNER JOIN diff_ground AS rest ON piece.old_id = rest.zone_id
    WHERE piece.kind IN ('kept', 'moved') AND NOT rest.is_paired
)

SELECT
    overlap.old_id,
    overlap.new_id,
    CASE
        WHEN earlier.exact_m2 + later.exact_m2 - 2 * overlap.exact_m2 >= 0.01 THEN 'changed'
        WHEN earlier.told <> later.told THEN 'told'
        ELSE 'same'
    END AS change
FROM overlap
INNER JOIN diff_ground AS earlier ON overlap.old_id = earlier.zone_id
INNER JOIN diff_ground AS later ON overlap.new_id = later.zone_id
WHERE overlap.old_rank = 1 AND overlap.new_rank = 1
