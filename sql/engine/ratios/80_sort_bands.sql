-- what:   Put each cell into exactly one band by the switches: left out first, then what is not
--         known, then what was put right, then what counts. Ground whose cultivated area is not
--         known counts in no sum of cultivated land. The switches are read once per conclusion,
--         patch and fact, not once per cell.
-- reads:  ratio_cell, ratio_patch, ratio_fact, spatial_region
-- writes: ratio_band
-- params: decided, switches
CREATE TEMPORARY TABLE ratio_band ON COMMIT DROP AS
WITH law AS (
    SELECT %(switches)s::jsonb AS rules
),

concluded AS MATERIALIZED (
    SELECT
        told.code,
        told.class,
        law.rules -> 'illegal' -> 'classes' ? told.class AS is_offence,
        law.rules -> 'illegal' -> 'classes' ? told.class
        AND NOT law.rules -> 'illegal' -> 'except' ? told.code AS is_illegal,
        law.rules -> 'new' -> 'classes' ? told.class
        AND NOT law.rules -> 'new' -> 'except' ? told.code AS is_new
    FROM (
        SELECT cell.code, cell.class
        FROM ratio_cell AS cell
        GROUP BY cell.code, cell.class
    ) AS told
    CROSS JOIN law
),

excluded AS MATERIALIZED (
    SELECT chosen.patch_id
    FROM ratio_patch AS chosen
    CROSS JOIN law
    WHERE chosen.reasons <> '{}' AND law.rules -> 'exclude' ?| chosen.reasons
),

rectified AS MATERIALIZED (
    SELECT
        fact.fact_id,
        coalesce((law.rules -> 'effect' -> fact.kind ->> 'numerator')::boolean, TRUE) AS above,
        coalesce((law.rules -> 'effect' -> fact.kind ->> 'denominator')::boolean, TRUE) AS below
    FROM ratio_fact AS fact
    CROSS JOIN law
    WHERE fact.what = 'rectified'
),

counted AS (
    SELECT
        cell.*,
        cell.cultivated IS NULL AS doubtful,
        concluded.is_offence,
        concluded.is_illegal,
        concluded.is_new,
        excluded.patch_id IS NOT NULL AS is_excluded,
        coalesce(rectified.above, TRUE) AS kept_above,
        coalesce(rectified.below, TRUE) AS kept_below
    FROM ratio_cell AS cell
    INNER JOIN concluded ON cell.code = concluded.code AND cell.class = concluded.class
    LEFT JOIN excluded ON cell.patch_id = excluded.patch_id
    LEFT JOIN rectified ON cell.rectified_id = rectified.fact_id
)

SELECT
    counted.patch_id,
    counted.piece_id,
    counted.decision_id,
    counted.rectified_id,
    counted.counted_in,
    counted.county_id,
    region.code AS county_code,
    counted.township_code,
    counted.code,
    counted.class,
    counted.area_m2,
    counted.doubtful,
    counted.is_illegal,
    CASE WHEN counted.cultivated THEN counted.net_m2 ELSE 0.00 END AS cultivated_m2,
    CASE
        WHEN counted.piece_id IS NULL THEN 'unassessed'
        WHEN counted.counted_in IS NOT NULL THEN 'counted_twice'
        WHEN counted.is_excluded THEN 'excluded'
        WHEN %(decided)s AND counted.decision_id IS NULL THEN 'undecided'
        WHEN counted.class IN ('unknown', 'pending') THEN counted.class
        WHEN counted.is_offence AND NOT (counted.is_illegal OR counted.is_new) THEN 'other'
        WHEN counted.is_offence AND NOT counted.kept_below THEN 'rectified_out'
        WHEN counted.is_offence AND NOT counted.kept_above AND counted.doubtful
            THEN 'new_doubtful'
        WHEN counted.is_offence AND NOT counted.kept_above THEN 'rectified_kept'
        WHEN counted.is_illegal AND counted.doubtful THEN 'illegal_doubtful'
        WHEN counted.is_illegal THEN 'illegal'
        WHEN counted.is_new AND counted.doubtful THEN 'new_doubtful'
        WHEN counted.is_new AND counted.is_offence THEN 'uncounted'
        WHEN counted.is_new THEN 'legal'
        ELSE 'other'
    END AS band
FROM counted
INNER JOIN spatial_region AS region ON counted.county_id = region.id
