-- what:   批东占西: approved ground of a holder that it does not use, beside ground that it uses
--         against the law outside: each paper's unused part with each such patch that adjoins it,
--         lies within beside_m of it, or lies in the same township. The paper counts as the
--         holder's last judged patch saw it, and only without doubt.
-- reads:  holder_use, spatial_patch, spatial_assessment, spatial_run, spatial_rulesetversion,
--         spatial_runpin, spatial_notion, spatial_notionleaf, spatial_notiontest, spatial_zone,
--         spatial_document, spatial_datasetversion, spatial_piece, spatial_region, zone_part
-- writes: -
-- params: beside_m, least_m2
WITH last_seen AS MATERIALIZED (
    SELECT DISTINCT ON (own.holder_id)
        own.holder_id,
        assessment.facts,
        run.id AS run_id,
        run.known_at,
        run.ruleset_id,
        ruleset.settings
    FROM holder_use AS own
    INNER JOIN spatial_assessment AS assessment ON own.assessment_id = assessment.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
    ORDER BY own.holder_id, own.seq DESC
),

entitled AS MATERIALIZED (
    SELECT DISTINCT
        seen.holder_id,
        zone.id AS zone_id,
        zone.version_id,
        zone.document_id
    FROM last_seen AS seen
    CROSS JOIN LATERAL jsonb_each(coalesce(seen.settings -> 'groups', '{}'::jsonb)) AS grouped
    INNER JOIN spatial_notion AS whole
        ON
            seen.ruleset_id = whole.ruleset_id
            AND grouped.value -> 'entitled' ? whole.code::text
    INNER JOIN spatial_notionleaf AS leaf ON whole.id = leaf.notion_id
    INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
    INNER JOIN spatial_zone AS zone
        ON
            notion.layer_id = zone.layer_id
            AND seen.holder_id = zone.holder_id
            AND (zone.recorded_from IS NULL OR zone.recorded_from <= seen.known_at)
            AND (zone.recorded_until IS NULL OR zone.recorded_until > seen.known_at)
    INNER JOIN spatial_runpin AS pin
        ON zone.version_id = pin.version_id AND seen.run_id = pin.run_id
    WHERE NOT EXISTS (
        SELECT 1
        FROM spatial_notiontest AS test
        WHERE
            test.notion_id = notion.id
            AND test_answer(
                test.op, test.kind, test.negate, test."left", test."right",
                seen.facts, zone.attributes
            ) IS NOT TRUE
    )
),

approved AS MATERIALIZED (
    SELECT
        entitled.holder_id,
        entitled.document_id,
        min(entitled.zone_id) AS zone_id,
        ST_Union(part.ground) AS ground
    FROM entitled
    INNER JOIN zone_part AS part
        ON entitled.version_id = part.version_id AND entitled.zone_id = part.zone_id
    GROUP BY entitled.holder_id, entitled.document_id
),

used AS MATERIALIZED (
    SELECT
        found.holder_id,
        ST_Union(found.ground) AS ground
    FROM (
        SELECT own.holder_id, patch.ground
        FROM holder_use AS own
        INNER JOIN spatial_patch AS patch ON own.patch_id = patch.id
        UNION ALL
        SELECT seen.holder_id, part.ground
        FROM last_seen AS seen
        INNER JOIN spatial_zone AS zone
            ON
                seen.holder_id = zone.holder_id
                AND (zone.recorded_from IS NULL OR zone.recorded_from <= seen.known_at)
                AND (zone.recorded_until IS NULL OR zone.recorded_until > seen.known_at)
        INNER JOIN spatial_runpin AS pin
            ON zone.version_id = pin.version_id AND seen.run_id = pin.run_id
        INNER JOIN zone_part AS part
            ON zone.version_id = part.version_id AND zone.id = part.zone_id
        WHERE EXISTS (
            SELECT 1
            FROM jsonb_each(coalesce(seen.settings -> 'groups', '{}'::jsonb)) AS grouped
            WHERE grouped.value -> 'used' -> 'layers' ? zone.layer_id::text
        )
    ) AS found
    GROUP BY found.holder_id
),

unused AS MATERIALIZED (
    SELECT
        approved.holder_id,
        approved.document_id,
        approved.zone_id,
        version.region_id,
        ST_CollectionExtract(ST_Difference(approved.ground, used.ground), 3) AS ground
    FROM approved
    INNER JOIN used ON approved.holder_id = used.holder_id
    INNER JOIN spatial_zone AS zone ON approved.zone_id = zone.id
    INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
),

-- ground used against the law, outside all that the holder was granted
strayed AS MATERIALIZED (
    SELECT
        own.holder_id,
        own.patch_id,
        own.region_id,
        min(piece.township_code) AS township_code,
        ST_Union(
            CASE
                WHEN granted.ground IS NULL THEN piece.ground
                ELSE ST_CollectionExtract(ST_Difference(piece.ground, granted.ground), 3)
            END
        ) AS ground
    FROM holder_use AS own
    INNER JOIN spatial_piece AS piece
        ON own.assessment_id = piece.assessment_id AND piece.conclusion_class = 'illegal'
    LEFT JOIN (
        SELECT approved.holder_id, ST_Union(approved.ground) AS ground
        FROM approved
        GROUP BY approved.holder_id
    ) AS granted ON own.holder_id = granted.holder_id
    GROUP BY own.holder_id, own.patch_id, own.region_id
),

pair AS (
    SELECT
        unused.holder_id,
        unused.document_id,
        unused.zone_id,
        unused.region_id AS unused_region_id,
        area_m2(unused.ground) AS unused_m2,
        ST_Transform(ST_PointOnSurface(unused.ground), 4490) AS place,
        strayed.patch_id,
        strayed.region_id,
        area_m2(strayed.ground) AS outside_m2,
        ST_Distance(
            ST_Transform(unused.ground, plane.srid), ST_Transform(strayed.ground, plane.srid)
        ) AS distance_m,
        coalesce(township.code = strayed.township_code, FALSE) AS same_township,
        coalesce(township.code, '') AS township_code
    FROM unused
    INNER JOIN strayed ON unused.holder_id = strayed.holder_id
    INNER JOIN spatial_region AS region ON strayed.region_id = region.id
    CROSS JOIN LATERAL (
        SELECT (990200 + (region.central_meridian + 180) * 2)::integer AS srid
    ) AS plane
    LEFT JOIN LATERAL (
        SELECT zone.code
        FROM spatial_datasetversion AS version
        INNER JOIN zone_part AS part
            ON
                version.id = part.version_id
                AND part.ground && ST_PointOnSurface(unused.ground)
                AND ST_Intersects(part.ground, ST_PointOnSurface(unused.ground))
        INNER JOIN spatial_zone AS zone ON part.zone_id = zone.id
        WHERE version.layer_id = 'township' AND version.status = 'active'
        ORDER BY version.valid_from DESC, zone.id
        LIMIT 1
    ) AS township ON TRUE
    WHERE
        area_m2(unused.ground) >= %(least_m2)s::double precision
        AND area_m2(strayed.ground) >= %(least_m2)s::double precision
)

SELECT
    pair.holder_id,
    coalesce(document.number, '') AS document,
    pair.zone_id,
    pair.unused_region_id,
    round(pair.unused_m2::numeric, 2) AS unused_m2,
    round(ST_X(pair.place)::numeric, 6) AS longitude,
    round(ST_Y(pair.place)::numeric, 6) AS latitude,
    pair.township_code,
    pair.patch_id,
    pair.region_id,
    round(pair.outside_m2::numeric, 2) AS outside_m2,
    round(pair.distance_m::numeric, 1) AS distance_m,
    pair.same_township
FROM pair
LEFT JOIN spatial_document AS document ON pair.document_id = document.id
WHERE pair.distance_m <= %(beside_m)s::double precision OR pair.same_township
ORDER BY pair.holder_id, pair.distance_m, pair.patch_id, pair.zone_id
