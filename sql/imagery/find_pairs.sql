-- what:   The images over each patch, with the share of the patch that each covers, and whether
--         it shows the ground before the act or after it; best is the nearest in time of those
--         that cover most.
-- reads:  spatial_patch, spatial_image, spatial_region
-- writes: -
-- params: patch_ids, county_ids, secrecies, least_share
WITH shown AS MATERIALIZED (
    SELECT
        image.id,
        image.taken_on,
        image.resolution_m,
        ST_Transform(image.footprint, 990003) AS ground
    FROM spatial_image AS image
    WHERE
        image.withdrawn_at IS NULL
        AND image.secrecy = ANY(%(secrecies)s)
        AND EXISTS (
            SELECT 1
            FROM spatial_region AS county
            WHERE
                county.id = ANY(%(county_ids)s)
                AND ST_Intersects(county.geom, image.footprint)
        )
),

covered AS (
    SELECT
        patch.id AS patch_id,
        shown.id AS image_id,
        shown.taken_on,
        shown.resolution_m,
        CASE
            WHEN ST_Covers(shown.ground, patch.ground) THEN 1.0
            ELSE area_m2(ST_Intersection(shown.ground, patch.ground)) / area_m2(patch.ground)
        END AS share,
        CASE
            WHEN shown.taken_on <= coalesce(patch.before_on_last, patch.before_on) THEN 'before'
            WHEN shown.taken_on >= coalesce(patch.after_on_first, patch.after_on) THEN 'after'
            ELSE 'between'
        END AS moment
    FROM spatial_patch AS patch
    INNER JOIN shown ON ST_Intersects(shown.ground, patch.ground)
    WHERE patch.id = ANY(%(patch_ids)s)
),

ranked AS (
    SELECT
        covered.*,
        row_number() OVER (
            PARTITION BY covered.patch_id, covered.moment
            ORDER BY
                floor(least(covered.share, 0.999) * 10) DESC,
                CASE
                    WHEN covered.moment = 'before' THEN covered.taken_on - date '1900-01-01'
                    ELSE date '1900-01-01' - covered.taken_on
                END DESC,
                covered.resolution_m ASC,
                covered.image_id DESC
        ) AS place
    FROM covered
    WHERE covered.share >= %(least_share)s
)

SELECT
    patch_id,
    image_id,
    taken_on,
    resolution_m,
    round(share::numeric, 4)::double precision AS share,
    moment,
    (place = 1 AND moment <> 'between') AS best
FROM ranked
ORDER BY patch_id, taken_on, image_id
