-- what:   Projects known by name alone, where no name matches.
-- reads:  import_row
-- writes: spatial_project
-- params: -
INSERT INTO spatial_project (name, name_key, code, holder_id)
SELECT DISTINCT ON (found.project_key)
    left(found.attributes ->> 'project', 254),
    found.project_key,
    '',
    found.holder_id
FROM import_row AS found
WHERE
    found.project_code = ''
    AND found.project_key <> ''
    AND NOT EXISTS (
        SELECT 1 FROM spatial_project AS known
        WHERE known.name_key = found.project_key
    )
ORDER BY found.project_key, found.row
ON CONFLICT DO NOTHING
