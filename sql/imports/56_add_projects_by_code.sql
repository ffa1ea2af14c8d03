-- what:   Projects with a code that the register doesn't hold yet.
-- reads:  import_row
-- writes: spatial_project
-- params: -
INSERT INTO spatial_project (name, name_key, code, holder_id)
SELECT DISTINCT ON (found.project_code)
    CASE
        WHEN found.project_key = '' THEN found.project_code
        ELSE left(found.attributes ->> 'project', 254)
    END,
    CASE WHEN found.project_key = '' THEN found.project_code ELSE found.project_key END,
    found.project_code,
    found.holder_id
FROM import_row AS found
WHERE found.project_code <> ''
ORDER BY found.project_code, (found.project_key = ''), found.row
ON CONFLICT DO NOTHING
