-- what:   Bring the desk's rows to what facts say, all of those that differ: after a change of how
--         they are worked out, and where the table is new.
-- reads:  desk_summary, spatial_deskrow
-- writes: spatial_deskrow
-- params: -
WITH found AS MATERIALIZED (
    SELECT summary.* FROM desk_summary AS summary
),

differing AS (
    (SELECT found.* FROM found
    EXCEPT
    SELECT kept.* FROM spatial_deskrow AS kept)
    UNION ALL
    (SELECT kept.* FROM spatial_deskrow AS kept
    EXCEPT
    SELECT found.* FROM found)
)

SELECT refresh_desk_rows(array_agg(DISTINCT differing.patch_id))
FROM differing
HAVING count(*) > 0
