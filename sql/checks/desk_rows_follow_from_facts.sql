-- what:   What the desk keeps of a patch, to filter, order and sum by, is what the facts say of it
--         today; it keeps a row of each patch that is no planned site, and of no other.
-- reads:  desk_summary, spatial_deskrow
-- writes: -
-- params: -
WITH found AS MATERIALIZED (
    SELECT summary.* FROM desk_summary AS summary
)

SELECT 'facts' AS said_by, told.*
FROM (SELECT found.* FROM found
EXCEPT
SELECT kept.* FROM spatial_deskrow AS kept) AS told
UNION ALL
SELECT 'desk' AS said_by, told.*
FROM (SELECT kept.* FROM spatial_deskrow AS kept
EXCEPT
SELECT found.* FROM found) AS told
ORDER BY patch_id, said_by
