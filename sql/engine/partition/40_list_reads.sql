-- what:   Which versions each patch reads.
-- reads:  chunk_place, chunk_version
-- writes: chunk_read
-- params: -
CREATE TEMPORARY TABLE chunk_read ON COMMIT DROP AS
SELECT DISTINCT
    place.assessment_id,
    version.version_id
FROM chunk_place AS place
INNER JOIN chunk_version AS version ON place.window_id = version.window_id
WHERE version.version_id IS NOT NULL AND NOT version.declared_empty
