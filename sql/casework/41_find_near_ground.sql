-- what:   What lies on or near some ground: issued patches, and clues reported since a day, with
--         the distance in metres and the share of the ground that they cover; nearest first.
-- reads:  spatial_patch, spatial_batch, casework_case, casework_clue
-- writes: -
-- params: geom, within_m, county_ids, clue_id, since, unissued
WITH asked AS MATERIALIZED (
    SELECT
        given.geom,
        ST_SetSRID(
            ST_Buffer(given.geom::geography, %(within_m)s)::geometry, 4490
        ) AS around
    FROM (SELECT %(geom)s::bytea::geometry AS geom) AS given
),

near AS (
    SELECT
        'patch' AS what,
        patch.id,
        incident.id AS case_id,
        batch.source,
        patch.geom,
        asked.geom AS ground
    FROM asked
    INNER JOIN spatial_patch AS patch ON patch.geom && asked.around
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    LEFT JOIN casework_case AS incident ON patch.id = incident.patch_id
    WHERE
        patch.region_id = ANY(%(county_ids)s)
        AND NOT batch.source = ANY(%(unissued)s)
        AND ST_Intersects(patch.geom, asked.around)
    UNION ALL
    SELECT
        'clue' AS what,
        clue.id,
        clue.case_id,
        clue.source,
        clue.geom,
        asked.geom AS ground
    FROM asked
    INNER JOIN casework_clue AS clue ON clue.geom && asked.around
    WHERE
        clue.region_id = ANY(%(county_ids)s)
        AND clue.id <> %(clue_id)s
        AND clue.found_on >= %(since)s
        AND ST_Intersects(clue.geom, asked.around)
)

SELECT
    near.what,
    near.id,
    near.case_id,
    near.source,
    ST_Distance(near.geom::geography, near.ground::geography) AS distance_m,
    area_m2(ST_Transform(ST_Intersection(near.geom, near.ground), 990003))
    / nullif(area_m2(ST_Transform(near.ground, 990003)), 0) AS share
FROM near
ORDER BY distance_m, share DESC, near.what, near.id
LIMIT 20
