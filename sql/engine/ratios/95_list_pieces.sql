-- what:   The pieces (and parts of pieces) behind a figure: one region, some bands, each with
--         what was concluded, decided, put right or left out, and what was missing. The key tells
--         where a row stands; what a row lacks stands last, as nulls do.
-- reads:  ratio_band, ratio_patch, ratio_fact, spatial_patch, spatial_batch, spatial_region,
--         spatial_piece, spatial_assessment, spatial_run, spatial_rulesetversion,
--         spatial_rule, spatial_piecenotion
-- writes: -
-- params: county_ids, digits, region_code, bands, after_county, after, most
WITH placed AS (
    SELECT
        band.*,
        ARRAY[
            band.patch_id,
            coalesce(band.piece_id, 9223372036854775807),
            coalesce(band.decision_id, 9223372036854775807),
            coalesce(band.rectified_id, 9223372036854775807),
            coalesce(band.counted_in, 9223372036854775807)
        ] AS key
    FROM ratio_band AS band
    WHERE
        band.county_id = ANY(%(county_ids)s)
        AND band.band = ANY(%(bands)s)
        AND CASE
            WHEN %(digits)s <= 6 THEN left(band.county_code, %(digits)s)
            WHEN band.township_code = '' THEN band.county_code
            ELSE band.township_code
        END = %(region_code)s
)

SELECT
    placed.patch_id,
    placed.key,
    batch.code || '/' || region.code || '/' || patch.jcbh AS address,
    piece.seq,
    run.id AS run,
    placed.county_code AS county,
    placed.township_code AS township,
    placed.code,
    rule.term,
    placed.class,
    placed.area_m2,
    placed.cultivated_m2,
    placed.band,
    placed.doubtful,
    chosen.reasons,
    decision.kind AS decided,
    decision.done_on AS decided_on,
    rectified.kind AS rectified,
    rectified.done_on AS rectified_on,
    other_batch.code || '/' || other_region.code || '/' || other.jcbh AS counted_in,
    piece.reason -> 'missing' AS missing,
    member.why AS doubt,
    coalesce(member.net_unknown, FALSE) AS net_unknown
FROM placed
INNER JOIN ratio_patch AS chosen ON placed.patch_id = chosen.patch_id
INNER JOIN spatial_patch AS patch ON placed.patch_id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
LEFT JOIN spatial_piece AS piece ON placed.piece_id = piece.id
LEFT JOIN spatial_assessment AS assessment ON piece.assessment_id = assessment.id
LEFT JOIN spatial_run AS run ON assessment.run_id = run.id
LEFT JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
LEFT JOIN spatial_rule AS rule
    ON
        ruleset.id = rule.ruleset_id
        AND rule.action = 'conclude'
        AND placed.code = rule.code
LEFT JOIN spatial_piecenotion AS member
    ON
        piece.id = member.piece_id
        AND member.notion = ruleset.settings -> 'ratio' ->> 'cultivated'
LEFT JOIN ratio_fact AS decision
    ON placed.decision_id = decision.fact_id AND decision.what = 'decided'
LEFT JOIN ratio_fact AS rectified
    ON placed.rectified_id = rectified.fact_id AND rectified.what = 'rectified'
LEFT JOIN spatial_patch AS other ON placed.counted_in = other.id
LEFT JOIN spatial_batch AS other_batch ON other.batch_id = other_batch.id
LEFT JOIN spatial_region AS other_region ON other.region_id = other_region.id
WHERE
    %(after_county)s::text IS NULL
    OR placed.county_code > %(after_county)s::text
    OR (placed.county_code = %(after_county)s::text AND placed.key > cast(%(after)s AS bigint[]))
ORDER BY placed.county_code, placed.key
LIMIT %(most)s
