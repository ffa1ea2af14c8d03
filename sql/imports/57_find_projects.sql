-- what:   Each row's project: by code; without one, by name: the one with a code, else the one
--         without. Where several with a code have the name, it is not known which is meant: none.
-- reads:  spatial_project
-- writes: import_row
-- params: -
WITH meant AS (
    SELECT
        project.name_key,
        coalesce(
            min(project.id) FILTER (WHERE project.code <> ''),
            min(project.id)
        ) AS id
    FROM spatial_project AS project
    WHERE project.name_key IN (
        SELECT asked.project_key FROM import_row AS asked
        WHERE asked.project_code = '' AND asked.project_key <> ''
    )
    GROUP BY project.name_key
    HAVING count(*) FILTER (WHERE project.code <> '') <= 1
)

UPDATE import_row
SET
    project_id = CASE
        WHEN import_row.project_code = ''
            THEN (
                SELECT meant.id FROM meant
                WHERE meant.name_key = import_row.project_key
            )
        ELSE (
            SELECT project.id FROM spatial_project AS project
            WHERE project.code = import_row.project_code
        )
    END
WHERE project_code <> '' OR project_key <> ''
