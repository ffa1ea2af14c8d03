-- what:   How far each batch is within some counties: patches by where they stand, the ground of
--         those that wait for a decision, and decisions whose proposal is another one by now.
--         Site checks are nobody's to decide.
-- reads:  spatial_deskrow
-- writes: -
-- params: county_ids, waiting, decided
SELECT
    stand.batch_id,
    count(*) AS total,
    count(*) FILTER (WHERE stand.status = 'unjudged') AS unjudged,
    count(*) FILTER (WHERE stand.status = 'open') AS open,
    count(*) FILTER (WHERE stand.status = 'field_check') AS field_check,
    count(*) FILTER (WHERE stand.status = 'rejected') AS rejected,
    count(*) FILTER (WHERE stand.status = ANY(%(decided)s)) AS decided,
    count(*) FILTER (WHERE stand.overtaken) AS overtaken,
    coalesce(sum(stand.area_m2) FILTER (WHERE stand.status = ANY(%(waiting)s)), 0) AS waiting_m2
FROM spatial_deskrow AS stand
WHERE stand.region_id = ANY(%(county_ids)s)
GROUP BY stand.batch_id
ORDER BY stand.batch_id
