-- what:   Projects that the register doesn't hold yet.
-- reads:  import_row
-- writes: spatial_project
-- params: -
INSERT INTO spatial_project (name, name_key, code, holder_id)
SELECT DISTINCT ON (found.attributes ->> 'project')
    left(found.attributes ->> 'project', 254),
    left(found.attributes ->> 'project', 254),
    '',
    found.holder_id
FROM import_row AS found
WHERE found.attributes ->> 'project' IS NOT NULL
ORDER BY found.attributes ->> 'project', found.row
ON CONFLICT DO NOTHING
