-- what:   The part of ground that lies inside each of some grounds and outside each of others; no
--         list is no limit.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION within_limits(ground geometry, inside geometry[], outside geometry[])
RETURNS geometry
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    limiting geometry;
    kept geometry := ground;
BEGIN
    FOREACH limiting IN ARRAY coalesce(inside, '{}'::geometry[]) LOOP
        kept := ST_Intersection(kept, limiting);
    END LOOP;
    FOREACH limiting IN ARRAY coalesce(outside, '{}'::geometry[]) LOOP
        kept := ST_Difference(kept, limiting);
    END LOOP;
    RETURN kept;
END
$$
