-- what:   Three-valued AND over a group, from how many answers are no and how many unknown.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION all_hold(no_count bigint, unknown_count bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN no_count > 0 THEN FALSE WHEN unknown_count > 0 THEN NULL ELSE TRUE END
