-- what:   Each boundary segment of a snapshot once, merged into short lines per 100 m cell:
--         only to cut. A ledger keeps its edges by zone, since its rows come and go singly.
-- reads:  derived_ground
-- writes: derived_edge
-- params: by_zone
CREATE TEMPORARY TABLE derived_edge ON COMMIT DROP AS
WITH ends AS (
    SELECT
        zone.version_id,
        CASE WHEN %(by_zone)s THEN zone.zone_id END AS zone_id,
        ST_StartPoint(segment.geom) AS a,
        ST_EndPoint(segment.geom) AS b
    FROM derived_ground AS zone
    CROSS JOIN LATERAL ST_DumpSegments(zone.ground) AS segment
),

oriented AS (
    SELECT DISTINCT
        version_id,
        zone_id,
        CASE WHEN (ST_X(a), ST_Y(a)) < (ST_X(b), ST_Y(b)) THEN a ELSE b END AS a,
        CASE WHEN (ST_X(a), ST_Y(a)) < (ST_X(b), ST_Y(b)) THEN b ELSE a END AS b
    FROM ends
)

SELECT
    line.version_id,
    line.zone_id,
    line.ground
FROM (
    SELECT
        version_id,
        zone_id,
        (ST_Dump(ST_LineMerge(ST_Collect(ST_MakeLine(a, b))))).geom AS ground
    FROM oriented
    GROUP BY
        version_id, zone_id, floor((ST_X(a) + ST_X(b)) / 200), floor((ST_Y(a) + ST_Y(b)) / 200)
) AS line
ORDER BY line.ground
