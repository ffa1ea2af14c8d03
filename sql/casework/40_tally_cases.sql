-- what:   By county, how many cases there were on a moment and how far they had come: as the ledger
--         held it then. `returned`: sent back at least once; `returns`: how often in all.
-- reads:  casework_case, casework_caseevent, spatial_patch, spatial_batch, spatial_region
-- writes: -
-- params: county_ids, batch_codes, known_at, return_edges, reported, filed, closed
WITH told AS (
    SELECT
        found.patch_id,
        found.id AS case_id,
        count(*) FILTER (WHERE event.edge = ANY(%(return_edges)s)) AS returns,
        bool_or(event.handling_state = %(filed)s) AS filed,
        (array_agg(event.report_state ORDER BY event.number DESC))[1] = %(reported)s AS reported,
        (array_agg(event.handling_state ORDER BY event.number DESC))[1] = %(closed)s AS closed
    FROM casework_case AS found
    INNER JOIN casework_caseevent AS event ON found.id = event.case_id
    WHERE event.at <= coalesce(%(known_at)s::timestamptz, 'infinity')
    GROUP BY found.id
)

SELECT
    region.code AS region_code,
    count(*) AS case_count,
    count(*) FILTER (WHERE told.reported) AS reported_count,
    count(*) FILTER (WHERE told.returns > 0) AS returned_count,
    sum(told.returns)::bigint AS return_count,
    count(*) FILTER (WHERE told.filed) AS filed_count,
    count(*) FILTER (WHERE told.closed) AS closed_count
FROM told
INNER JOIN spatial_patch AS patch ON told.patch_id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
WHERE patch.region_id = ANY(%(county_ids)s) AND batch.code = ANY(%(batch_codes)s)
GROUP BY region.code
ORDER BY region.code
