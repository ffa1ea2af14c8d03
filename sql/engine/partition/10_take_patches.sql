-- what:   The patches of one chunk with the window of their act: from the first day on which it
--         may have begun (act_from; begun_by is the last such day) to the last on which it may
--         have ended. Of the ruleset's settings those that the judgement reads patch by patch.
-- reads:  spatial_assessment, spatial_patch, spatial_run, spatial_rulesetversion, spatial_region
-- writes: chunk_patch
-- params: assessment_ids
CREATE TEMPORARY TABLE chunk_patch ON COMMIT DROP AS
-- once: the settings are long, and copied and unpacked for each patch
WITH setting AS MATERIALIZED (
    SELECT
        run.id AS run_id,
        run.as_of,
        run.known_at,
        run.ruleset_id,
        (
            SELECT coalesce(jsonb_object_agg(asked.key, asked.value), '{}'::jsonb)
            FROM jsonb_each(ruleset.settings) AS asked
            WHERE asked.key IN ('label_at_least', 'borderline', 'groups')
        ) AS settings,
        (ruleset.settings ->> 'adjoin_m')::double precision AS adjoin_m,
        (ruleset.settings -> 'ignore_pieces' ->> 'below_m2')::double precision AS ignored_below_m2,
        ruleset.settings -> 'dates' ? 'act_from' AS has_act_from,
        ruleset.settings -> 'dates' ? 'act_to' AS has_act_to
    FROM spatial_run AS run
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    WHERE
        run.id IN (
            SELECT asked.run_id
            FROM spatial_assessment AS asked
            WHERE asked.id = ANY(%(assessment_ids)s)
        )
)

SELECT
    assessment.id AS assessment_id,
    assessment.patch_id,
    assessment.run_id,
    patch.region_id AS county_id,
    patch.ground,
    patch.area_m2,
    assessment.exact_area_m2,
    assessment.subject_id,
    assessment.facts,
    setting.as_of,
    setting.known_at,
    setting.ruleset_id,
    setting.settings,
    setting.adjoin_m,
    setting.ignored_below_m2,
    -- the SRID of the county's Gauss plane, as in spatial/crs.py
    (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid,
    CASE
        WHEN setting.has_act_from THEN low_end(assessment.facts -> 'act_from')::date
        ELSE setting.as_of
    END AS act_from,
    CASE
        WHEN setting.has_act_from THEN high_end(assessment.facts -> 'act_from')::date
        ELSE setting.as_of
    END AS begun_by,
    CASE
        WHEN setting.has_act_to THEN high_end(assessment.facts -> 'act_to')::date
        ELSE setting.as_of
    END AS act_to
FROM spatial_assessment AS assessment
INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
INNER JOIN setting ON assessment.run_id = setting.run_id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
WHERE assessment.id = ANY(%(assessment_ids)s)
