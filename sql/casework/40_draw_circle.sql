-- what:   The ground within a radius of a point in degrees: a sign of where something was seen,
--         not a measured outline.
-- reads:  -
-- writes: -
-- params: lon, lat, radius_m
SELECT
    ST_AsEWKB(
        ST_Multi(
            ST_SetSRID(
                ST_Buffer(
                    ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490)::geography, %(radius_m)s
                )::geometry,
                4490
            )
        )
    ) AS geom
