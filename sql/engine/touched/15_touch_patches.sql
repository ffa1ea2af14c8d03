-- what:   Patches that must be judged for their own sake: never judged, judged by another version
--         of the ruleset, as of another day where the ruleset asks for it; and those on which a
--         field result or the correction of the user was recorded. Later steps add to the reasons.
-- reads:  touched_patch, spatial_fieldresult, spatial_subjectcorrection
-- writes: touched_reason
-- params: ruleset_id, reads_as_of, until
CREATE TEMPORARY TABLE touched_reason ON COMMIT DROP AS
SELECT
    patch.patch_id,
    CASE
        WHEN patch.assessment_id IS NULL THEN 'new'
        WHEN patch.ruleset_id <> %(ruleset_id)s THEN 'ruleset'
        ELSE 'as_of'
    END AS kind,
    NULL::text AS layer_id,
    NULL::bigint AS county_id,
    NULL::bigint AS was_id,
    NULL::bigint AS now_id,
    NULL::bigint AS zone_id,
    NULL::bigint AS other_id,
    NULL::bigint AS fact_id,
    NULL::bigint AS holder_id
FROM touched_patch AS patch
WHERE
    patch.assessment_id IS NULL
    OR patch.ruleset_id <> %(ruleset_id)s
    OR (
        patch.as_of_was <> patch.as_of_now
        -- an act without dates is judged as of the run's day
        AND (
            %(reads_as_of)s
            OR patch.act_first = '-infinity'::date
            OR patch.act_last = 'infinity'::date
        )
    )
UNION ALL
SELECT
    patch.patch_id,
    'field_result',
    NULL, NULL, NULL, NULL, NULL, NULL,
    fact.id,
    NULL
FROM touched_patch AS patch
INNER JOIN spatial_fieldresult AS fact ON patch.patch_id = fact.patch_id
WHERE (fact.recorded_at <= patch.since) <> (fact.recorded_at <= %(until)s)
UNION ALL
SELECT
    patch.patch_id,
    'correction',
    NULL, NULL, NULL, NULL, NULL, NULL,
    fact.id,
    fact.holder_id
FROM touched_patch AS patch
INNER JOIN spatial_subjectcorrection AS fact ON patch.patch_id = fact.patch_id
WHERE (fact.recorded_at <= patch.since) <> (fact.recorded_at <= %(until)s)
