-- what:   The patches asked for, each with one assessment: the newest applied at known_at, else the
--         current one. ``answer`` is that of the tests; null: a field they ask for is not known.
--         county_ids null: every county; then site checks of every unit, too.
-- reads:  spatial_patch, spatial_batch, spatial_region, spatial_assessment
-- writes: export_row
-- params: county_ids, unit_id, region_ids, batch, label_class, patch_ids, known_at, tests
CREATE TEMPORARY TABLE export_row ON COMMIT DROP AS
SELECT
    patch.id,
    found.id AS assessment_id,
    tested.answer,
    row_number() OVER (ORDER BY batch.code, region.code, patch.jcbh, patch.id) AS seq
FROM spatial_patch AS patch
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
LEFT JOIN LATERAL (
    SELECT
        assessment.id,
        assessment.label_class
    FROM spatial_assessment AS assessment
    WHERE
        assessment.patch_id = patch.id
        AND CASE
            WHEN %(known_at)s::timestamptz IS NULL THEN assessment.is_current
            ELSE assessment.applied_at <= %(known_at)s::timestamptz
        END
    ORDER BY assessment.applied_at DESC, assessment.id DESC
    LIMIT 1
) AS found ON TRUE
CROSS JOIN LATERAL (
    SELECT
        jsonb_build_object(
            'patch.area_m2', patch.area_m2,
            'batch.issued_on', batch.issued_on,
            'batch.report_due_on', batch.report_due_on,
            'batch.period', nullif(batch.period, ''),
            'batch.source', batch.source
        ) || coalesce(jsonb_object_agg('patch.' || told.key, told.value), '{}'::jsonb) AS facts
    FROM jsonb_each(patch.attributes) AS told
) AS known
CROSS JOIN LATERAL (
    SELECT
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.answer IS NULL)
        ) AS answer
    FROM (
        SELECT
            test_answer(
                test.value ->> 'op', test.value ->> 'kind', (test.value ->> 'negate')::boolean,
                test.value -> 'left', nullif(test.value -> 'right', 'null'::jsonb),
                known.facts, '{}'::jsonb
            ) AS answer
        FROM jsonb_array_elements(%(tests)s::jsonb) AS test
    ) AS outcome
) AS tested
WHERE
    (
        %(county_ids)s::bigint[] IS NULL
        OR (
            patch.region_id = ANY(%(county_ids)s::bigint[])
            AND (batch.source <> '选址' OR batch.shared OR batch.owner_id = %(unit_id)s::bigint)
        )
    )
    AND (%(region_ids)s::bigint[] IS NULL OR patch.region_id = ANY(%(region_ids)s::bigint[]))
    AND (%(batch)s::text IS NULL OR batch.code = %(batch)s::text)
    AND (%(label_class)s::text IS NULL OR found.label_class = %(label_class)s::text)
    AND (%(patch_ids)s::bigint[] IS NULL OR patch.id = ANY(%(patch_ids)s::bigint[]))
    AND (%(known_at)s::timestamptz IS NULL OR patch.created_at <= %(known_at)s::timestamptz)
    AND tested.answer IS NOT FALSE
