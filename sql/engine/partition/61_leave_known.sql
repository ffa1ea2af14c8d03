-- what:   Leave the parts of zones that were known at the run's known_at.
-- reads:  chunk_zone
-- writes: chunk_hit
-- params: -
DELETE FROM chunk_hit AS hit
WHERE
    hit.zone_id NOT IN (
        SELECT zone.zone_id
        FROM chunk_zone AS zone
    )
