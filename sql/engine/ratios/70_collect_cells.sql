-- what:   All ground of the patches in the counties: pieces as they are, the parts of those that
--         were cut, and patches without an assessment whole, in their key county. Each with the
--         decision, the rectification and the patch that counts it instead, if any, and whether
--         it was cultivated (null: not known, or its net area is not).
-- reads:  ratio_patch, ratio_fact, ratio_cut, ratio_part, spatial_piece, spatial_piecenotion,
--         spatial_assessment, spatial_run, spatial_rulesetversion
-- writes: ratio_cell
-- params: net, county_ids, notions
CREATE TEMPORARY TABLE ratio_cell ON COMMIT DROP AS
WITH tilled AS MATERIALIZED (
    -- once a run: the settings of a ruleset are long, and are unpacked at each look
    SELECT
        run.id AS run_id,
        ruleset.settings -> 'ratio' ->> 'cultivated' AS notion
    FROM spatial_run AS run
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
),

newest AS (
    SELECT DISTINCT ON (fact.patch_id, fact.what)
        fact.patch_id,
        fact.what,
        fact.fact_id,
        fact.assessment_id
    FROM ratio_fact AS fact
    ORDER BY fact.patch_id, fact.what, fact.recorded_at DESC, fact.fact_id DESC
),

whole AS (
    SELECT
        chosen.patch_id,
        coalesce(decision.assessment_id, chosen.assessment_id) AS assessment_id,
        decision.fact_id AS decision_id,
        rectified.fact_id AS rectified_id
    FROM ratio_patch AS chosen
    LEFT JOIN ratio_cut AS cut ON chosen.patch_id = cut.patch_id
    LEFT JOIN newest AS decision
        ON chosen.patch_id = decision.patch_id AND decision.what = 'decided'
    LEFT JOIN newest AS rectified
        ON chosen.patch_id = rectified.patch_id AND rectified.what = 'rectified'
    WHERE cut.patch_id IS NULL
),

judged AS (
    SELECT
        whole.*,
        tilled.notion AS cultivated
    FROM whole
    INNER JOIN spatial_assessment AS assessment ON whole.assessment_id = assessment.id
    INNER JOIN tilled ON assessment.run_id = tilled.run_id
),

piece AS (
    SELECT
        judged.patch_id,
        found.id AS piece_id,
        judged.decision_id,
        judged.rectified_id,
        NULL::bigint AS counted_in,
        found.area_m2,
        member.id IS NOT NULL AS is_member,
        member.answer,
        member.net_unknown,
        coalesce(member.net_m2, found.area_m2) AS net_m2,
        found.county_id,
        found.township_code,
        found.conclusion,
        found.conclusion_class
    FROM judged
    INNER JOIN spatial_piece AS found ON judged.assessment_id = found.assessment_id
    LEFT JOIN spatial_piecenotion AS member
        ON
            found.id = member.piece_id
            AND judged.cultivated = member.notion
            AND member.notion = ANY(%(notions)s) -- so that an index gives these alone
    WHERE found.county_id = ANY(%(county_ids)s)
    UNION ALL
    SELECT
        part.patch_id,
        part.piece_id,
        part.decision_id,
        part.rectified_id,
        part.counted_in,
        part.area_m2,
        part.is_member,
        part.answer,
        part.net_unknown,
        part.net_m2,
        found.county_id,
        found.township_code,
        found.conclusion,
        found.conclusion_class
    FROM ratio_part AS part
    INNER JOIN spatial_piece AS found ON part.piece_id = found.id
)

SELECT
    piece.patch_id,
    piece.piece_id,
    piece.decision_id,
    piece.rectified_id,
    piece.counted_in,
    piece.area_m2,
    CASE
        WHEN NOT piece.is_member THEN FALSE
        WHEN %(net)s AND piece.net_unknown THEN NULL
        ELSE piece.answer
    END AS cultivated,
    CASE WHEN %(net)s THEN piece.net_m2 ELSE piece.area_m2 END AS net_m2,
    piece.county_id,
    piece.township_code,
    coalesce(nullif(decision.conclusion, ''), piece.conclusion) AS code,
    coalesce(nullif(decision.conclusion_class, ''), piece.conclusion_class) AS class
FROM piece
LEFT JOIN ratio_fact AS decision
    ON
        piece.decision_id = decision.fact_id
        AND decision.what = 'decided'
        AND decision.kind = 'change'
UNION ALL
SELECT
    chosen.patch_id,
    NULL AS piece_id,
    NULL AS decision_id,
    NULL AS rectified_id,
    NULL AS counted_in,
    chosen.area_m2,
    FALSE AS cultivated,
    0 AS net_m2,
    chosen.county_id,
    '' AS township_code,
    '' AS code,
    '' AS class
FROM ratio_patch AS chosen
INNER JOIN whole ON chosen.patch_id = whole.patch_id
WHERE whole.assessment_id IS NULL AND chosen.county_id = ANY(%(county_ids)s)
