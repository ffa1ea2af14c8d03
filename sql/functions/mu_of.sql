-- what:   亩 of exact m2 (× 3/2000), half up to two decimals; for print only.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION mu_of(area_m2 numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN round(area_m2 * 3 / 2000, 2)
