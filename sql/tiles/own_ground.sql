-- what:   The reader's own counties under one tile, by which zones that cross the border are cut:
--         null where the tile lies within them, or where the boundary of a county that is drawn
--         is not known. Neighbours that meet within slit_deg are one ground; tolerance_deg
--         generalises (0: as registered).
-- reads:  spatial_region, spatial_datasetversion
-- writes: -
-- params: west, south, east, north, version_ids, county_ids, slit_deg, tolerance_deg
WITH frame AS (
    SELECT ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) AS reach
),

own AS MATERIALIZED (
    SELECT
        frame.reach,
        CASE
            WHEN %(tolerance_deg)s > 0
                THEN ST_SimplifyPreserveTopology(region.geom, %(tolerance_deg)s)
            ELSE region.geom
        END AS geom
    FROM frame
    INNER JOIN spatial_region AS region
        ON
            region.id = ANY(%(county_ids)s)
            AND region.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
),

joined AS MATERIALIZED (
    SELECT
        ST_Buffer(
            ST_Buffer(
                ST_Union(ST_Intersection(own.geom, ST_Expand(own.reach, %(slit_deg)s))),
                %(slit_deg)s, 'join=mitre'
            ),
            -%(slit_deg)s, 'join=mitre'
        ) AS geom
    FROM own
    WHERE NOT EXISTS (SELECT 1 FROM own AS other WHERE ST_Covers(other.geom, other.reach))
)

SELECT
    CASE
        WHEN
            EXISTS (
                SELECT 1
                FROM spatial_datasetversion AS version
                INNER JOIN spatial_region AS region ON version.region_id = region.id
                WHERE version.id = ANY(%(version_ids)s) AND region.geom IS NULL
            )
            THEN NULL
        WHEN EXISTS (SELECT 1 FROM own WHERE ST_Covers(own.geom, own.reach)) THEN NULL
        WHEN
            EXISTS (
                SELECT 1 FROM joined CROSS JOIN frame WHERE ST_Covers(joined.geom, frame.reach)
            )
            THEN NULL
        ELSE
            coalesce(
                (SELECT ST_AsBinary(joined.geom) FROM joined),
                ST_AsBinary('POLYGON EMPTY'::geometry)
            )
    END AS ground
