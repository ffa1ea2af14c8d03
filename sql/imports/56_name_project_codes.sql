-- what:   A project known by name alone whose code the delivery tells gets that code, where the
--         delivery tells one code for the name, and no project of that name has another.
-- reads:  import_row
-- writes: spatial_project
-- params: -
UPDATE spatial_project AS project
SET code = told.project_code
FROM (
    SELECT
        found.project_key,
        min(found.project_code) AS project_code
    FROM import_row AS found
    WHERE found.project_code <> '' AND found.project_key <> ''
    GROUP BY found.project_key
    HAVING count(DISTINCT found.project_code) = 1
) AS told
WHERE
    project.code = ''
    AND project.name_key = told.project_key
    AND NOT EXISTS (
        SELECT 1 FROM spatial_project AS other
        WHERE
            other.code = told.project_code
            OR (other.code <> '' AND other.name_key = told.project_key)
    )
    AND NOT EXISTS (
        SELECT 1 FROM import_row AS twin
        WHERE twin.project_code = told.project_code AND twin.project_key < told.project_key
    )
