-- what:   The counties whose ground each patch may touch: its own, and those of the townships
--         that its box meets. Patches of one county and one window share a window_id.
-- reads:  chunk_patch, spatial_run, spatial_runpin, spatial_datasetversion, zone_part
-- writes: chunk_place
-- params: run_id, township_ids
CREATE TEMPORARY TABLE chunk_place ON COMMIT DROP AS
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (version.region_id)
        version.id AS version_id,
        version.region_id,
        version.declared_empty,
        coalesce(version.valid_until > run.as_of, TRUE) AS holds
    FROM spatial_runpin AS pin
    INNER JOIN spatial_datasetversion AS version ON pin.version_id = version.id
    INNER JOIN spatial_run AS run ON pin.run_id = run.id
    WHERE
        pin.run_id = %(run_id)s
        AND version.layer_id = 'township'
        AND version.valid_from <= run.as_of
    ORDER BY version.region_id, version.valid_from DESC, version.id DESC
),

township AS (
    SELECT newest.version_id, newest.region_id
    FROM newest
    WHERE newest.holds AND NOT newest.declared_empty
),

-- its own county a patch may touch in any case
beside AS MATERIALIZED (
    SELECT home.county_id, array_agg(township.version_id) AS version_ids
    FROM (SELECT DISTINCT patch.county_id FROM chunk_patch AS patch) AS home
    INNER JOIN township ON home.county_id <> township.region_id
    GROUP BY home.county_id
),

touched AS (
    SELECT patch.assessment_id, patch.county_id
    FROM chunk_patch AS patch
    UNION
    SELECT patch.assessment_id, township.region_id
    FROM chunk_patch AS patch
    INNER JOIN beside ON patch.county_id = beside.county_id
    -- patch by patch, all townships in one search (OFFSET 0 pins the order)
    CROSS JOIN LATERAL (
        SELECT found.version_id, found.ground
        FROM zone_part AS found
        WHERE
            found.version_id = ANY(%(township_ids)s::bigint[])
            AND found.version_id = ANY(beside.version_ids)
            AND found.ground && patch.ground
        OFFSET 0
    ) AS part
    INNER JOIN township ON part.version_id = township.version_id
    WHERE ST_Intersects(patch.ground, part.ground)
)

SELECT
    touched.assessment_id,
    touched.county_id,
    patch.act_from,
    patch.begun_by,
    patch.act_to,
    dense_rank() OVER (
        ORDER BY touched.county_id, patch.act_from, patch.begun_by, patch.act_to
    ) AS window_id
FROM touched
INNER JOIN chunk_patch AS patch ON touched.assessment_id = patch.assessment_id
