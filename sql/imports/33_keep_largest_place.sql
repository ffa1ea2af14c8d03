-- what:   A patch belongs to one county: the one that holds most of it.
-- reads:  -
-- writes: import_place
-- params: -
DELETE FROM import_place AS place
USING import_place AS other
WHERE
    place.row = other.row
    AND (
        place.overlap_m2 < other.overlap_m2
        OR (place.overlap_m2 = other.overlap_m2 AND place.region_id > other.region_id)
    )
