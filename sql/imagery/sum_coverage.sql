-- what:   The ground of each county that images of each quarter cover, in m2 and as a share; a
--         quarter without any image has its row, with none.
-- reads:  spatial_region, spatial_image
-- writes: -
-- params: county_ids, secrecies, first_on, last_on
WITH period AS (
    SELECT
        start::date AS first_on,
        (start + interval '3 months' - interval '1 day')::date AS last_on
    FROM
        generate_series(
            date_trunc('quarter', %(first_on)s::timestamp),
            %(last_on)s::timestamp,
            interval '3 months'
        ) AS start
),

county AS MATERIALIZED (
    SELECT
        region.id,
        region.code,
        region.name,
        ST_Transform(region.geom, 990003) AS ground
    FROM spatial_region AS region
    WHERE region.id = ANY(%(county_ids)s) AND region.level = 'county' AND region.geom IS NOT NULL
),

shown AS MATERIALIZED (
    SELECT
        image.id,
        image.taken_on,
        ST_Transform(image.footprint, 990003) AS ground
    FROM spatial_image AS image
    WHERE image.withdrawn_at IS NULL AND image.secrecy = ANY(%(secrecies)s)
),

part AS (
    SELECT
        county.id AS county_id,
        shown.id AS image_id,
        shown.taken_on,
        ST_CollectionExtract(ST_Intersection(county.ground, shown.ground), 3) AS ground
    FROM county
    INNER JOIN shown ON ST_Intersects(county.ground, shown.ground)
)

SELECT
    county.code,
    county.name,
    period.first_on,
    to_char(period.first_on, 'YYYY"Q"Q') AS period,
    count(part.image_id) AS images,
    coalesce(max(area_m2(county.ground)), 0) AS county_m2,
    least(coalesce(area_m2(ST_Union(part.ground)), 0), max(area_m2(county.ground))) AS covered_m2
FROM county
CROSS JOIN period
LEFT JOIN part
    ON
        county.id = part.county_id
        AND part.taken_on BETWEEN period.first_on AND period.last_on
GROUP BY county.code, county.name, period.first_on
ORDER BY county.code, period.first_on
