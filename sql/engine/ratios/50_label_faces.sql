-- what:   What holds on each face: the decision made last on that ground, the rectification
--         recorded last (another patch's counts where it came after this patch's later image),
--         and the patch that counts the ground instead. A face stays where it is of the
--         assessment that the decision confirms or changes, or of the current one where there is
--         no decision.
-- reads:  ratio_face, ratio_patch, ratio_fact, ratio_pair, spatial_patch
-- writes: ratio_label
-- params: -
CREATE TEMPORARY TABLE ratio_label ON COMMIT DROP AS
SELECT
    face.patch_id,
    face.assessment_id,
    face.piece_id,
    face.exact_m2,
    decision.fact_id AS decision_id,
    rectified.fact_id AS rectified_id,
    winner.other_id AS counted_in
FROM ratio_face AS face
INNER JOIN ratio_patch AS chosen ON face.patch_id = chosen.patch_id
LEFT JOIN LATERAL (
    SELECT fact.fact_id, fact.recorded_at, fact.assessment_id
    FROM ratio_fact AS fact
    WHERE
        fact.patch_id = face.patch_id
        AND fact.what = 'decided'
        AND (fact.part IS NULL OR ST_Intersects(fact.part, face.inner_point))
    ORDER BY fact.recorded_at DESC, fact.fact_id DESC
    LIMIT 1
) AS decision ON TRUE
LEFT JOIN LATERAL (
    SELECT fact.fact_id
    FROM (
        SELECT own.fact_id, own.recorded_at
        FROM ratio_fact AS own
        WHERE
            own.patch_id = face.patch_id
            AND own.what = 'rectified'
            AND (own.part IS NULL OR ST_Intersects(own.part, face.inner_point))
        UNION ALL
        SELECT others.fact_id, others.recorded_at
        FROM ratio_pair AS pair
        INNER JOIN ratio_fact AS others
            ON pair.other_id = others.patch_id AND others.what = 'rectified'
        INNER JOIN spatial_patch AS other ON pair.other_id = other.id
        WHERE
            pair.patch_id = face.patch_id
            AND others.done_on >= chosen.after_on
            AND ST_Intersects(other.ground, face.inner_point)
            AND (others.part IS NULL OR ST_Intersects(others.part, face.inner_point))
    ) AS fact
    ORDER BY fact.recorded_at DESC, fact.fact_id DESC
    LIMIT 1
) AS rectified ON TRUE
LEFT JOIN LATERAL (
    SELECT pair.other_id
    FROM ratio_pair AS pair
    INNER JOIN ratio_patch AS rival ON pair.other_id = rival.patch_id
    INNER JOIN spatial_patch AS other ON pair.other_id = other.id
    LEFT JOIN LATERAL (
        SELECT fact.fact_id, fact.recorded_at
        FROM ratio_fact AS fact
        WHERE
            fact.patch_id = pair.other_id
            AND fact.what = 'decided'
            AND (fact.part IS NULL OR ST_Intersects(fact.part, face.inner_point))
        ORDER BY fact.recorded_at DESC, fact.fact_id DESC
        LIMIT 1
    ) AS told ON TRUE
    WHERE
        pair.patch_id = face.patch_id
        AND ST_Intersects(other.ground, face.inner_point)
        AND (
            coalesce(told.recorded_at, '-infinity'), coalesce(told.fact_id, 0), rival.issue_rank
        ) > (
            coalesce(decision.recorded_at, '-infinity'),
            coalesce(decision.fact_id, 0),
            chosen.issue_rank
        )
    ORDER BY
        coalesce(told.recorded_at, '-infinity') DESC,
        coalesce(told.fact_id, 0) DESC,
        rival.issue_rank DESC
    LIMIT 1
) AS winner ON TRUE
WHERE face.assessment_id = coalesce(decision.assessment_id, chosen.assessment_id)
