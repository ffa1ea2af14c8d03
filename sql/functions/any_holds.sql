-- what:   Three-valued OR over a group, from how many answers are yes and how many unknown.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION any_holds(yes_count bigint, unknown_count bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN yes_count > 0 THEN TRUE WHEN unknown_count > 0 THEN NULL ELSE FALSE END
