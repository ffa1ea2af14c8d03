-- what:   Give the issues of one delivery that name a row its feature's name, a point on it and
--         the row as it was delivered. by_line: a row number is a line of a text, and belongs to
--         the parcel that begins on it or last before it.
-- reads:  import_row
-- writes: imports_issue
-- params: delivery_id, by_line
UPDATE imports_issue AS issue
SET
    feature = CASE
        WHEN issue.feature <> '' THEN issue.feature
        ELSE left(
            coalesce(
                nullif(found.attributes ->> 'jcbh', ''),
                nullif(found.attributes ->> 'name', ''),
                nullif(found.attributes ->> 'source_code', ''),
                nullif(found.attributes ->> 'code', ''),
                ''
            ), 120
        )
    END,
    delivered = coalesce(issue.delivered, found.delivered),
    place = coalesce(issue.place, ST_PointOnSurface(found.geom))
FROM imports_issue AS told
CROSS JOIN LATERAL (
    SELECT
        near.attributes,
        near.delivered,
        near.geom
    FROM import_row AS near
    WHERE near.row BETWEEN CASE WHEN %(by_line)s THEN 0 ELSE told.row END AND told.row
    ORDER BY near.row DESC
    LIMIT 1
) AS found
WHERE
    told.delivery_id = %(delivery_id)s
    AND issue.id = told.id
    AND issue.kind <> 'row_skipped'
