-- what:   Pairs of zones of one version that overlap by more than 0.01 m2, the largest first:
--         in a layer that should cover its county, each is an issue of the data.
-- reads:  zone_part, spatial_zone
-- writes: -
-- params: version_id, at_most
SELECT
    one.source_row AS row,
    one.source_id AS one_id,
    other.source_id AS other_id,
    other.source_row AS other_row,
    round(pair.overlap_m2::numeric, 2) AS overlap_m2,
    ST_X(pair.place) AS x,
    ST_Y(pair.place) AS y
FROM (
    SELECT
        met.one_id,
        met.other_id,
        sum(area_m2(met.common)) AS overlap_m2,
        ST_Transform(ST_PointOnSurface(ST_Collect(met.common)), 4490) AS place
    FROM (
        SELECT
            part.zone_id AS one_id,
            beside.zone_id AS other_id,
            ST_CollectionExtract(ST_Intersection(part.ground, beside.ground), 3) AS common
        FROM zone_part AS part
        CROSS JOIN LATERAL (
            SELECT found.zone_id, found.ground
            FROM zone_part AS found
            WHERE
                found.version_id = %(version_id)s
                AND found.ground && part.ground
                AND found.zone_id > part.zone_id
            OFFSET 0
        ) AS beside
        WHERE
            part.version_id = %(version_id)s
            AND ST_Relate(part.ground, beside.ground, 'T********')
    ) AS met
    GROUP BY met.one_id, met.other_id
) AS pair
INNER JOIN spatial_zone AS one ON pair.one_id = one.id
INNER JOIN spatial_zone AS other ON pair.other_id = other.id
WHERE pair.overlap_m2 > 0.01
ORDER BY pair.overlap_m2 DESC, pair.one_id, pair.other_id
LIMIT %(at_most)s
