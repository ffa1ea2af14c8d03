-- what:   Each holder's patches in order of time, with their labels.
-- reads:  holder_use, spatial_assessment, spatial_run
-- writes: -
-- params: -
SELECT
    own.holder_id,
    own.holder_name,
    own.holder_code,
    own.seq,
    own.told_by,
    own.patch_id,
    own.region_id,
    own.batch_code || '/' || own.county_code || '/' || own.jcbh AS address,
    own.period,
    own.after_on,
    own.area_m2,
    own.assessment_id,
    coalesce(assessment.label_term, '') AS label_term,
    coalesce(assessment.label_code, '') AS label_code,
    run.ruleset_id
FROM holder_use AS own
LEFT JOIN spatial_assessment AS assessment ON own.assessment_id = assessment.id
LEFT JOIN spatial_run AS run ON assessment.run_id = run.id
ORDER BY own.holder_name, own.holder_id, own.seq
