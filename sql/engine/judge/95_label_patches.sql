-- what:   The one-word label of each patch: the first class in the order illegal, unknown,
--         pending, stock, legal, other that reaches label_at_least, else the largest; 临界 where
--         the ruleset's borderline, added or taken away, would change it. Also what was ignored,
--         what data are missing, and the values that the tests read.
-- reads:  chunk_patch, chunk_piece, chunk_verdict, chunk_gap, chunk_place, chunk_version,
--         spatial_rule,
--         spatial_layer, spatial_region, spatial_notion
-- writes: spatial_assessment
-- params: fallback
UPDATE spatial_assessment AS target
SET
    label_class = labelled.label_class,
    label_code = labelled.code,
    label_term = labelled.term,
    style = labelled.style,
    borderline = labelled.borderline,
    ignored_count = labelled.ignored_count,
    ignored_m2 = labelled.ignored_m2,
    gaps = labelled.gaps,
    facts = labelled.facts,
    fallback = %(fallback)s
FROM (
    WITH class_order AS (
        SELECT *
        FROM
            (
                VALUES
                ('illegal', 1), ('unknown', 2), ('pending', 3), ('stock', 4), ('legal', 5),
                ('other', 6)
            ) AS listed (class, place)
    ),

    threshold AS (
        SELECT
            patch.assessment_id,
            patch.area_m2,
            patch.settings,
            patch.ruleset_id,
            patch.facts,
            coalesce((patch.settings -> 'label_at_least' ->> 'm2')::numeric, 0) AS m2,
            coalesce((patch.settings -> 'label_at_least' ->> 'share')::numeric, 0) AS share,
            coalesce((patch.settings -> 'borderline' ->> 'm2')::numeric, 0) AS near_m2,
            coalesce((patch.settings -> 'borderline' ->> 'share')::numeric, 0) AS near_share
        FROM chunk_patch AS patch
    ),

    summed AS (
        SELECT
            piece.assessment_id,
            coalesce(verdict.conclusion_class, 'unknown') AS class,
            sum(piece.area_m2) AS m2
        FROM chunk_piece AS piece
        INNER JOIN chunk_verdict AS verdict
            ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
        GROUP BY piece.assessment_id, coalesce(verdict.conclusion_class, 'unknown')
    ),

    ranked AS (
        SELECT
            summed.assessment_id,
            summed.class,
            class_order.place,
            summed.m2,
            summed.m2 > 0
            AND (summed.m2 >= threshold.m2 OR summed.m2 >= threshold.share * threshold.area_m2)
                AS reaches,
            summed.m2 > 0
            AND (
                summed.m2 >= threshold.m2 - threshold.near_m2
                OR summed.m2 >= (threshold.share - threshold.near_share) * threshold.area_m2
            ) AS nearly_reaches,
            summed.m2 >= threshold.m2 + threshold.near_m2
            OR summed.m2 >= (threshold.share + threshold.near_share) * threshold.area_m2
                AS surely_reaches
        FROM summed
        INNER JOIN class_order ON summed.class = class_order.class
        INNER JOIN threshold ON summed.assessment_id = threshold.assessment_id
    ),

    chosen AS (
        SELECT
            ranked.assessment_id,
            (array_agg(ranked.class ORDER BY ranked.reaches DESC,
                CASE WHEN ranked.reaches THEN ranked.place END,
                ranked.m2 DESC, ranked.place))[1] AS class,
            (array_agg(ranked.class ORDER BY ranked.nearly_reaches DESC,
                CASE WHEN ranked.nearly_reaches THEN ranked.place END,
                ranked.m2 DESC, ranked.place))[1] AS class_if_less,
            (array_agg(ranked.class ORDER BY ranked.surely_reaches DESC,
                CASE WHEN ranked.surely_reaches THEN ranked.place END,
                ranked.m2 DESC, ranked.place))[1] AS class_if_more
        FROM ranked
        GROUP BY ranked.assessment_id
    ),

    largest AS (
        SELECT DISTINCT ON (piece.assessment_id)
            piece.assessment_id,
            verdict.code
        FROM chunk_piece AS piece
        INNER JOIN chunk_verdict AS verdict
            ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
        INNER JOIN chosen
            ON
                piece.assessment_id = chosen.assessment_id
                AND coalesce(verdict.conclusion_class, 'unknown') = chosen.class
        GROUP BY piece.assessment_id, verdict.code
        ORDER BY piece.assessment_id, sum(piece.area_m2) DESC, verdict.code
    ),

    ignored AS (
        SELECT
            piece.assessment_id,
            count(*) AS ignored_count,
            sum(piece.area_m2) AS ignored_m2
        FROM chunk_piece AS piece
        INNER JOIN chunk_verdict AS verdict
            ON piece.assessment_id = verdict.assessment_id AND piece.seq = verdict.seq
        WHERE verdict.sliver
        GROUP BY piece.assessment_id
    ),

    gap AS (
        SELECT
            missing.assessment_id,
            jsonb_agg(
                jsonb_build_object(
                    'layer', missing.layer_id,
                    'term', missing.term,
                    'policy', missing.policy,
                    'county', missing.county,
                    'm2', missing.m2
                )
                ORDER BY missing.layer_id, missing.policy, missing.county
            ) AS gaps
        FROM (
            SELECT DISTINCT
                place.assessment_id,
                version.layer_id,
                layer.term,
                version.policy,
                region.name AS county,
                NULL::numeric AS m2
            FROM chunk_place AS place
            INNER JOIN chunk_version AS version
                ON place.window_id = version.window_id AND version.version_id IS NULL
            INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
            INNER JOIN spatial_region AS region ON place.county_id = region.id
            INNER JOIN chunk_patch AS patch ON place.assessment_id = patch.assessment_id
            WHERE (
                EXISTS (
                    SELECT 1
                    FROM spatial_notion AS notion
                    WHERE
                        notion.ruleset_id = patch.ruleset_id
                        AND notion.layer_id = version.layer_id
                        AND notion.version_policy = version.policy
                )
                OR EXISTS (
                    SELECT 1
                    FROM jsonb_each(coalesce(patch.settings -> 'groups', '{}'::jsonb)) AS grouped
                    WHERE grouped.value -> 'used' -> 'layers' ? version.layer_id::text
                )
            )
            AND (
                place.county_id = patch.county_id
                OR EXISTS (
                    SELECT 1
                    FROM chunk_piece AS piece
                    WHERE
                        piece.assessment_id = place.assessment_id
                        AND piece.county_id = place.county_id
                )
            )
            UNION ALL
            SELECT
                uncovered.assessment_id,
                uncovered.layer_id,
                layer.term,
                uncovered.policy,
                region.name,
                sum(uncovered.area_m2)
            FROM chunk_gap AS uncovered
            INNER JOIN spatial_layer AS layer ON uncovered.layer_id = layer.code
            INNER JOIN chunk_patch AS patch ON uncovered.assessment_id = patch.assessment_id
            INNER JOIN spatial_region AS region ON patch.county_id = region.id
            WHERE NOT uncovered.beyond
            GROUP BY
                uncovered.assessment_id, uncovered.layer_id, layer.term, uncovered.policy,
                region.name
            HAVING sum(uncovered.area_m2) > 0
        ) AS missing
        GROUP BY missing.assessment_id
    )

    SELECT
        chosen.assessment_id,
        chosen.class AS label_class,
        coalesce(largest.code, '') AS code,
        CASE
            WHEN chosen.class = 'unknown' THEN '数据不足'
            ELSE coalesce(rule.term, '')
        END AS term,
        CASE
            WHEN chosen.class = 'unknown' THEN 'unknown'
            ELSE coalesce(rule.style, chosen.class)
        END AS style,
        chosen.class <> chosen.class_if_less OR chosen.class <> chosen.class_if_more
            AS borderline,
        coalesce(ignored.ignored_count, 0) AS ignored_count,
        coalesce(ignored.ignored_m2, 0) AS ignored_m2,
        coalesce(gap.gaps, '[]'::jsonb) AS gaps,
        threshold.facts
    FROM chosen
    INNER JOIN threshold ON chosen.assessment_id = threshold.assessment_id
    LEFT JOIN largest ON chosen.assessment_id = largest.assessment_id
    LEFT JOIN spatial_rule AS rule
        ON
            threshold.ruleset_id = rule.ruleset_id
            AND rule.action = 'conclude'
            AND largest.code = rule.code
    LEFT JOIN ignored ON chosen.assessment_id = ignored.assessment_id
    LEFT JOIN gap ON chosen.assessment_id = gap.assessment_id
) AS labelled
WHERE target.id = labelled.assessment_id
