-- what:   Without a region given, a county to which rows only spill over (none has most of its
--         ground there) gets no version: a few square metres of a neighbour's layer must not pass
--         for the county's own, which would make the rest of it read as empty.
-- reads:  -
-- writes: import_place
-- params: -
DELETE FROM import_place AS place
WHERE NOT EXISTS (
    SELECT 1
    FROM import_place AS home
    WHERE
        home.region_id = place.region_id
        AND NOT EXISTS (
            SELECT 1
            FROM import_place AS larger
            WHERE
                larger.row = home.row
                AND coalesce(larger.overlap_m2, 0) > coalesce(home.overlap_m2, 0)
        )
)
RETURNING
    place.row,
    place.region_id,
    round(coalesce(place.overlap_m2, 0)::numeric, 2) AS overlap_m2
