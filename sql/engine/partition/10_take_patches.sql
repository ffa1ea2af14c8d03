-- what:   The patches of one chunk with the window of their act: from the first day on which it
--         may have begun (act_from; begun_by is the last such day) to the last on which it may
--         have ended.
-- reads:  spatial_assessment, spatial_patch, spatial_run, spatial_rulesetversion, spatial_region
-- writes: chunk_patch
-- params: assessment_ids
CREATE TEMPORARY TABLE chunk_patch ON COMMIT DROP AS
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
    run.as_of,
    run.known_at,
    run.ruleset_id,
    ruleset.settings,
    -- once here: the settings are long, and unpacked at each look
    (ruleset.settings ->> 'adjoin_m')::double precision AS adjoin_m,
    (ruleset.settings -> 'ignore_pieces' ->> 'below_m2')::double precision AS ignored_below_m2,
    -- the SRID of the county's Gauss plane, as in spatial/crs.py
    (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid,
    CASE
        WHEN
            ruleset.settings -> 'dates' ? 'act_from'
            THEN low_end(assessment.facts -> 'act_from')::date
        ELSE run.as_of
    END AS act_from,
    CASE
        WHEN ruleset.settings -> 'dates' ? 'act_from'
            THEN high_end(assessment.facts -> 'act_from')::date
        ELSE run.as_of
    END AS begun_by,
    CASE
        WHEN
            ruleset.settings -> 'dates' ? 'act_to'
            THEN high_end(assessment.facts -> 'act_to')::date
        ELSE run.as_of
    END AS act_to
FROM spatial_assessment AS assessment
INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
INNER JOIN spatial_run AS run ON assessment.run_id = run.id
INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
WHERE assessment.id = ANY(%(assessment_ids)s)
