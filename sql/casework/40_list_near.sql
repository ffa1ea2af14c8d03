-- what:   The open cases of some counties that lie nearest to a place, and how far each patch is
--         away, in metres of its county's Gauss plane; 0 within it.
-- reads:  casework_case, spatial_patch, spatial_region
-- writes: -
-- params: county_ids, case_ids, final_states, lon, lat, most
WITH nearest AS (
    SELECT
        found.id AS case_id,
        patch.geom,
        patch.region_id,
        spot.place
    FROM casework_case AS found
    INNER JOIN spatial_patch AS patch ON found.patch_id = patch.id
    CROSS JOIN LATERAL (
        SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4490) AS place
    ) AS spot
    WHERE
        patch.region_id = ANY(%(county_ids)s::bigint[])
        AND (%(case_ids)s::bigint[] IS NULL OR found.id = ANY(%(case_ids)s::bigint[]))
        AND NOT (
            found.report_state = ANY(%(final_states)s::text[])
            AND found.handling_state = ANY(%(final_states)s::text[])
        )
    -- degrees choose well enough who is near; metres put them in order below
    ORDER BY patch.geom <-> spot.place
    LIMIT %(most)s
)

SELECT
    nearest.case_id,
    ST_Distance(
        ST_Transform(nearest.geom, plane.srid), ST_Transform(nearest.place, plane.srid)
    ) AS away_m
FROM nearest
INNER JOIN spatial_region AS region ON nearest.region_id = region.id
CROSS JOIN LATERAL (
    -- the SRID of the county's Gauss plane, as in spatial/crs.py
    SELECT (990200 + (region.central_meridian + 180) * 2)::integer AS srid
) AS plane
ORDER BY away_m, nearest.case_id
