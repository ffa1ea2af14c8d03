-- what:   One assessment per patch, with the values that tests will read. Values that are not
--         known have no key: a needed one then answers unknown, any other counts as empty; dates
--         known only to the month or year are ranges. The user of the ground is whom a person
--         named, else whom the delivery names.
-- reads:  spatial_patch, spatial_batch, spatial_holder, spatial_project, spatial_fieldresult,
--         spatial_subjectcorrection, spatial_run, spatial_rulesetversion
-- writes: spatial_assessment
-- params: run_id, patch_ids
INSERT INTO spatial_assessment (
    patch_id, run_id, area_m2, exact_area_m2, subject_id, subject_from, facts,
    label_class, label_code, label_term, style, borderline,
    ignored_count, ignored_m2, gaps, fallback, is_current
)
WITH field_result AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.result,
        nullif(fact.purpose, '') AS purpose
    FROM spatial_fieldresult AS fact
    INNER JOIN spatial_run AS run ON run.id = %(run_id)s AND fact.recorded_at <= run.known_at
    WHERE
        fact.patch_id = ANY(%(patch_ids)s)
        AND NOT fact.withdrawn
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_fieldresult AS later
            WHERE later.supersedes_id = fact.id AND later.recorded_at <= run.known_at
        )
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

correction AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.holder_id,
        fact.withdrawn
    FROM spatial_subjectcorrection AS fact
    INNER JOIN spatial_run AS run ON run.id = %(run_id)s AND fact.recorded_at <= run.known_at
    WHERE fact.patch_id = ANY(%(patch_ids)s)
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

-- once: the settings are long, and unpacked at each look
ruleset AS MATERIALIZED (
    SELECT
        asked.id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'subject', asked.settings -> 'subject', 'dates', asked.settings -> 'dates'
            )
        ) AS settings
    FROM spatial_run AS run
    INNER JOIN spatial_rulesetversion AS asked ON run.ruleset_id = asked.id
    WHERE run.id = %(run_id)s
),

base AS MATERIALIZED (
    SELECT
        patch.id AS patch_id,
        patch.area_m2,
        patch.ground,
        patch.holder_id,
        correction.holder_id AS corrected_id,
        ruleset.settings,
        -- delivered empty is a null, not delivered has no key
        coalesce(
            (
                SELECT jsonb_object_agg('patch.' || field.key, field.value)
                FROM jsonb_each(patch.attributes) AS field
                WHERE field.key NOT IN ('before_on', 'after_on')
            ),
            '{}'::jsonb
        )
        || jsonb_strip_nulls(
            jsonb_build_object(
                'patch.jcbh', patch.jcbh,
                'patch.kind', nullif(patch.kind, ''),
                'patch.before_on', range_of(
                    patch.before_on, coalesce(patch.before_on_last, patch.before_on)
                ),
                'patch.after_on', range_of(
                    coalesce(patch.after_on_first, patch.after_on), patch.after_on
                ),
                'patch.area_m2', patch.area_m2,
                'patch.holder_name', holder.name,
                'patch.project', project.name,
                'batch.issued_on', batch.issued_on,
                'batch.report_due_on', batch.report_due_on,
                'batch.period', nullif(batch.period, ''),
                'batch.source', batch.source,
                'run.as_of', run.as_of
            )
            || CASE
                WHEN field_result.result IS NULL THEN '{}'::jsonb
                ELSE jsonb_build_object(
                    'patch.field_result', field_result.result,
                    'patch.field_purpose', field_result.purpose
                )
            END
        ) AS facts
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    INNER JOIN spatial_run AS run ON run.id = %(run_id)s
    INNER JOIN ruleset ON run.ruleset_id = ruleset.id
    LEFT JOIN spatial_holder AS holder ON patch.holder_id = holder.id
    LEFT JOIN spatial_project AS project ON patch.project_id = project.id
    LEFT JOIN field_result ON patch.id = field_result.patch_id
    LEFT JOIN correction ON patch.id = correction.patch_id AND NOT correction.withdrawn
    WHERE patch.id = ANY(%(patch_ids)s)
)

SELECT
    base.patch_id,
    %(run_id)s,
    base.area_m2,
    area_m2(base.ground),
    coalesce(
        base.corrected_id,
        CASE WHEN base.settings -> 'subject' ? 'patch.holder' THEN base.holder_id END
    ),
    CASE
        WHEN base.corrected_id IS NOT NULL THEN 'correction'
        WHEN base.settings -> 'subject' ? 'patch.holder' AND base.holder_id IS NOT NULL
            THEN 'patch.holder'
        ELSE ''
    END,
    base.facts || jsonb_strip_nulls(
        coalesce(
            (
                SELECT jsonb_object_agg(named.key, base.facts -> named.value)
                FROM jsonb_each_text(base.settings -> 'dates') AS named
            ),
            '{}'::jsonb
        )
    ),
    '',
    '',
    '',
    '',
    FALSE,
    0,
    0,
    '[]'::jsonb,
    FALSE,
    FALSE
FROM base
