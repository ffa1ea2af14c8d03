-- what:   The mean and the largest local width of ground, in m to the centimetre, of geometry in a
--         Gauss plane with its area in m2. Mean: the shorter side of the rectangle with the same
--         area and perimeter, so exact for a strip with square ends, whatever it bends. Largest:
--         twice the greatest distance by which the ground can be shrunk before nothing is left
--         (bisection), the diameter of the largest circle inside; bays and junctions count.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION width_of(
    ground geometry, area_m2 double precision, OUT mean_m numeric, OUT max_m numeric
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    half double precision := ST_Perimeter(ground) / 2;
    low double precision := 0;
    high double precision := 1.01 * sqrt(area_m2 / pi());
    middle double precision;
BEGIN
    mean_m := round(((half - sqrt(greatest(half * half - 4 * area_m2, 0))) / 2)::numeric, 2);
    WHILE high - low > 0.001 LOOP
        middle := (low + high) / 2;
        IF ST_IsEmpty(ST_Buffer(ground, -middle, 'quad_segs=16')) THEN
            high := middle;
        ELSE
            low := middle;
        END IF;
    END LOOP;
    max_m := round((low + high)::numeric, 2);
END
$$
