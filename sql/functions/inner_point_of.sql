-- what:   A point inside a face from which to label it. The usual point on the surface may fall
--         into a spike without width, and so on a neighbour's edge; where it lies nearer the
--         boundary than a tenth of the face's mean half width, the centre of the largest
--         inscribed circle is taken instead, if that lies deeper. That is dear, and not worth it
--         for faces below a hundredth of a m2.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION inner_point_of(face geometry) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    point geometry := ST_PointOnSurface(face);
    depth double precision := ST_Distance(point, ST_Boundary(face));
    center geometry;
BEGIN
    IF area_m2(face) < 0.01 OR depth > 0.1 * area_m2(face) / ST_Perimeter(face) THEN
        RETURN point;
    END IF;
    center := (ST_MaximumInscribedCircle(face)).center;
    IF ST_Intersects(face, center) AND ST_Distance(center, ST_Boundary(face)) > depth THEN
        RETURN center;
    END IF;
    RETURN point;
END
$$
