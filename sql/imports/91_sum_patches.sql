-- what:   Per county of a delivery of patches: rows issued and their declared area; rows stored by
--         it, and rows that the batch had already, each with their computed area.
-- reads:  import_row, import_place, spatial_region, spatial_patch
-- writes: -
-- params: batch_id, added_ids
SELECT
    region.code,
    region.name,
    count(*) AS delivered,
    count(found.declared_area_m2) AS declared,
    sum(found.declared_area_m2)::double precision AS delivered_m2,
    count(*) FILTER (WHERE patch.id = ANY(%(added_ids)s::bigint[])) AS stored,
    sum(patch.area_m2) FILTER (
        WHERE patch.id = ANY(%(added_ids)s::bigint[])
    )::double precision AS stored_m2,
    count(*) FILTER (WHERE NOT patch.id = ANY(%(added_ids)s::bigint[])) AS known,
    sum(patch.area_m2) FILTER (
        WHERE NOT patch.id = ANY(%(added_ids)s::bigint[])
    )::double precision AS known_m2
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN spatial_region AS region ON place.region_id = region.id
LEFT JOIN spatial_patch AS patch
    ON
        place.region_id = patch.region_id
        AND patch.batch_id = %(batch_id)s
        AND patch.jcbh = found.attributes ->> 'jcbh'
GROUP BY region.id
ORDER BY region.code
