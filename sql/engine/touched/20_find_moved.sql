-- what:   Layers and counties in which another version may count than before: one came into use
--         or went out of it since the oldest assessment, or begins or ends between the days that
--         the assessments are made for.
-- reads:  touched_run, spatial_datasetversion
-- writes: touched_moved
-- params: layers, until, as_of
CREATE TEMPORARY TABLE touched_moved ON COMMIT DROP AS
SELECT DISTINCT
    version.layer_id,
    version.region_id AS county_id
FROM spatial_datasetversion AS version
CROSS JOIN (
    SELECT
        least(min(run.since), %(until)s) AS known_from,
        greatest(max(run.since), %(until)s) AS known_to,
        least(min(run.as_of_was), %(as_of)s::date) AS day_from,
        greatest(max(run.as_of_was), %(as_of)s::date) AS day_to
    FROM touched_run AS run
) AS span
WHERE
    version.layer_id = ANY(%(layers)s)
    AND version.status IN ('active', 'retired')
    AND (
        (version.activated_at > span.known_from AND version.activated_at <= span.known_to)
        OR (version.retired_at > span.known_from AND version.retired_at <= span.known_to)
        OR (version.valid_from > span.day_from AND version.valid_from <= span.day_to)
        OR (version.valid_until > span.day_from AND version.valid_until <= span.day_to)
    )
