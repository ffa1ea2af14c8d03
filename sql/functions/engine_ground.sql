-- what:   Delivered geometry as the engine sees it: densified at 70 m in the county's Gauss
--         plane (rule 2 of 国土调查办发〔2008〕32号), then equal-area. Always a valid
--         MultiPolygon, empty if nothing is left.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION engine_ground(geom geometry, plane_srid integer) RETURNS geometry
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ST_Multi(
    ST_CollectionExtract(
        ST_MakeValid(ST_Transform(ST_Segmentize(ST_Transform(geom, plane_srid), 70), 990003)),
        3
    )
)
