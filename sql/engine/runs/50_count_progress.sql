-- what:   Count how many patches of a run are judged.
-- reads:  spatial_assessment
-- writes: spatial_run
-- params: run_id
UPDATE spatial_run AS run
SET
    patch_done = (
        SELECT count(*)
        FROM spatial_assessment AS assessment
        WHERE assessment.run_id = %(run_id)s AND assessment.label_class <> ''
    )
WHERE run.id = %(run_id)s
