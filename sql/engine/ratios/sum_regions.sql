-- what:   Sums of piece areas by region, from which every ratio is made. Proposed: the pieces of
--         the current assessments. Decided: the pieces of the assessment that a person decided
--         on (confirmed: each as proposed; changed: all as the person said); patches without a
--         decision are summed apart. Net area is that of pieces surely on cultivated land.
-- reads:  spatial_assessment, spatial_patch, spatial_batch, spatial_piece, spatial_piecenotion,
--         spatial_determination, spatial_region, spatial_run, spatial_rulesetversion
-- writes: -
-- params: ruleset, county_ids, by, period, decided, digits, unit_id
WITH decision AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.assessment_id,
        fact.kind,
        fact.conclusion,
        fact.conclusion_class
    FROM spatial_determination AS fact
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

chosen AS (
    SELECT
        patch.id AS patch_id,
        CASE WHEN %(decided)s AND decision.patch_id IS NOT NULL
            THEN decision.assessment_id
            ELSE assessment.id
        END AS assessment_id,
        CASE WHEN %(decided)s AND decision.kind = 'change' THEN decision.conclusion END
            AS decided_code,
        CASE WHEN %(decided)s AND decision.kind = 'change' THEN decision.conclusion_class END
            AS decided_class,
        %(decided)s AND decision.patch_id IS NULL AS undecided
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    LEFT JOIN decision ON patch.id = decision.patch_id
    WHERE
        assessment.is_current
        AND batch.ruleset = %(ruleset)s
        AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s)
        AND (
            %(period)s::text IS NULL
            OR CASE
                WHEN %(by)s = 'after_on' THEN extract(YEAR FROM patch.after_on)::text
                ELSE batch.period
            END = %(period)s
        )
),

piece AS (
    SELECT
        chosen.patch_id,
        chosen.undecided,
        region.code AS county_code,
        piece.township_code,
        piece.area_m2,
        coalesce(chosen.decided_code, piece.conclusion) AS code,
        coalesce(chosen.decided_class, piece.conclusion_class) AS class,
        ruleset.settings -> 'ratio' AS ratio,
        CASE WHEN member.answer THEN coalesce(member.net_m2, piece.area_m2) ELSE 0 END AS net_m2,
        CASE
            WHEN member.id IS NOT NULL AND member.answer IS NULL THEN piece.area_m2
            ELSE 0
        END AS doubtful_m2
    FROM chosen
    INNER JOIN spatial_assessment AS assessment ON chosen.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    INNER JOIN spatial_piece AS piece ON assessment.id = piece.assessment_id
    INNER JOIN spatial_region AS region ON piece.county_id = region.id
    LEFT JOIN spatial_piecenotion AS member
        ON
            piece.id = member.piece_id
            AND member.notion = ruleset.settings -> 'ratio' ->> 'cultivated'
    WHERE piece.county_id = ANY(%(county_ids)s) AND ruleset.name = %(ruleset)s
),

counted AS (
    SELECT
        piece.*,
        CASE
            WHEN %(digits)s <= 6 THEN left(piece.county_code, %(digits)s)
            WHEN piece.township_code = '' THEN piece.county_code
            ELSE piece.township_code
        END AS region_code,
        NOT piece.undecided AND piece.class = 'unknown' AS is_unknown,
        NOT piece.undecided AND piece.class = 'pending' AS is_pending,
        NOT piece.undecided
        AND piece.ratio -> 'illegal' -> 'classes' ? piece.class
        AND NOT piece.ratio -> 'illegal' -> 'except' ? piece.code AS is_illegal,
        NOT piece.undecided
        AND piece.ratio -> 'new' -> 'classes' ? piece.class
        AND NOT piece.ratio -> 'new' -> 'except' ? piece.code AS is_new
    FROM piece
)

SELECT
    counted.region_code,
    count(DISTINCT counted.patch_id) AS patch_count,
    count(DISTINCT counted.patch_id) FILTER (WHERE counted.undecided) AS undecided_count,
    sum(counted.area_m2) AS area_m2,
    coalesce(sum(counted.area_m2) FILTER (WHERE counted.is_illegal), 0) AS illegal_m2,
    coalesce(sum(counted.net_m2) FILTER (WHERE counted.is_illegal), 0) AS illegal_cultivated_m2,
    coalesce(sum(counted.area_m2) FILTER (WHERE counted.is_new), 0) AS new_m2,
    coalesce(sum(counted.net_m2) FILTER (WHERE counted.is_new), 0) AS new_cultivated_m2,
    coalesce(sum(counted.area_m2) FILTER (WHERE counted.is_unknown), 0) AS unknown_m2,
    coalesce(
        sum(counted.net_m2) FILTER (WHERE counted.is_unknown), 0
    ) AS unknown_cultivated_m2,
    coalesce(
        sum(counted.doubtful_m2) FILTER (WHERE counted.is_new OR counted.is_illegal), 0
    ) AS doubtful_cultivated_m2,
    coalesce(sum(counted.area_m2) FILTER (WHERE counted.is_pending), 0) AS pending_m2,
    coalesce(sum(counted.area_m2) FILTER (WHERE counted.undecided), 0) AS undecided_m2,
    coalesce(sum(counted.net_m2) FILTER (WHERE counted.undecided), 0) AS undecided_cultivated_m2
FROM counted
GROUP BY counted.region_code
ORDER BY counted.region_code
