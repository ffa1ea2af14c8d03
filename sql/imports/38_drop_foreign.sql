-- what:   Rows of counties in which the person who imports has no say are not stored there.
-- reads:  -
-- writes: import_place
-- params: region_ids
DELETE FROM import_place AS place
WHERE place.region_id <> ALL(%(region_ids)s::bigint[])
