-- what:   Each row's project.
-- reads:  spatial_project
-- writes: import_row
-- params: -
UPDATE import_row
SET project_id = project.id
FROM spatial_project AS project
WHERE project.code = '' AND project.name = left(import_row.attributes ->> 'project', 254)
