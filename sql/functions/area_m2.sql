-- what:   The area of ground in m2: the only area there is. Takes geometry in the engine's
--         equal-area CRS, where the planar area is the statutory ellipsoidal area
--         (国土调查办发〔2008〕32号; ADR 0001); null for any other CRS.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION area_m2(ground geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN ST_SRID(ground) = 990003 THEN ST_Area(ground) END
