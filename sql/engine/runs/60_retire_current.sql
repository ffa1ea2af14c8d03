-- what:   What was current on a run's patches is current no longer (it stays, with its date).
-- reads:  spatial_assessment
-- writes: spatial_assessment
-- params: run_id
UPDATE spatial_assessment AS older
SET is_current = FALSE
FROM spatial_assessment AS newer
WHERE
    newer.run_id = %(run_id)s
    AND older.patch_id = newer.patch_id
    AND older.run_id <> newer.run_id
    AND older.is_current
