-- what:   By patch and township, what the ground is found to be, for the tables of issued patches:
--         each square metre at one stage (repeated 重复下发, excluded 剔除, undecided 未核查, legal,
--         illegal, open 待核或数据不足, other), with what of it was put right, was cultivated, was
--         basic farmland. `settled`: all ground of the patch has been spoken of; `put_right`: all
--         its illegal ground was put right. Nothing depends on switches but what is left out.
-- reads:  ratio_band, spatial_piecenotion
-- writes: ratio_stage
-- params: county_ids, basic_farm
CREATE TEMPORARY TABLE ratio_stage ON COMMIT DROP AS
WITH told AS (
    SELECT
        band.patch_id,
        band.county_code,
        band.township_code,
        band.area_m2,
        band.cultivated_m2,
        CASE WHEN farm.answer THEN band.area_m2 ELSE 0.00 END AS basic_farm_m2,
        CASE
            WHEN
                band.piece_id IS NULL
                OR band.doubtful
                OR (farm.id IS NOT NULL AND farm.answer IS NULL)
                THEN band.area_m2
            ELSE 0.00
        END AS doubtful_m2,
        band.rectified_id IS NOT NULL AS is_rectified,
        CASE
            WHEN band.counted_in IS NOT NULL THEN 'repeated'
            WHEN band.band = 'excluded' THEN 'excluded'
            WHEN band.band IN ('unassessed', 'undecided') THEN 'undecided'
            WHEN band.class IN ('legal', 'illegal') THEN band.class
            WHEN band.class IN ('pending', 'unknown') THEN 'open'
            ELSE 'other'
        END AS stage
    FROM ratio_band AS band
    LEFT JOIN spatial_piecenotion AS farm
        ON band.piece_id = farm.piece_id AND farm.notion = %(basic_farm)s
    WHERE band.county_id = ANY(%(county_ids)s)
),

summed AS (
    SELECT
        told.patch_id,
        told.county_code,
        told.township_code,
        told.stage,
        sum(told.area_m2) AS area_m2,
        sum(told.cultivated_m2) AS cultivated_m2,
        sum(told.basic_farm_m2) AS basic_farm_m2,
        sum(told.doubtful_m2) AS doubtful_m2,
        coalesce(sum(told.area_m2) FILTER (WHERE told.is_rectified), 0) AS rectified_m2,
        coalesce(sum(told.cultivated_m2) FILTER (WHERE told.is_rectified), 0)
            AS rectified_cultivated_m2,
        coalesce(sum(told.basic_farm_m2) FILTER (WHERE told.is_rectified), 0)
            AS rectified_basic_farm_m2
    FROM told
    GROUP BY told.patch_id, told.county_code, told.township_code, told.stage
)

SELECT
    summed.*,
    NOT bool_or(summed.stage = 'undecided') OVER whole AS settled,
    coalesce(
        sum(summed.area_m2 - summed.rectified_m2)
            FILTER (WHERE summed.stage = 'illegal') OVER whole,
        1
    ) = 0 AS put_right
FROM summed
WINDOW whole AS (PARTITION BY summed.patch_id)
