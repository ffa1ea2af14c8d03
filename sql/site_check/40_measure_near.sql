-- what:   For each notion the nearest ground within near_m of a site where it holds, in the
--         versions named; in the Gauss plane of the site's county. Ground that touches is at 0.
-- reads:  spatial_assessment, spatial_patch, spatial_region, spatial_run, spatial_notion,
--         spatial_notiontest, zone_part, spatial_zone
-- writes: -
-- params: assessment_id, codes, version_ids, near_m
WITH site AS MATERIALIZED (
    SELECT
        patch.ground,
        assessment.facts,
        assessment.subject_id,
        run.known_at,
        run.ruleset_id,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_patch AS patch ON assessment.patch_id = patch.id
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    WHERE assessment.id = %(assessment_id)s
),

around AS MATERIALIZED (
    SELECT part.zone_id, part.ground
    FROM site
    CROSS JOIN LATERAL (
        SELECT hit.zone_id, hit.ground
        FROM zone_part AS hit
        WHERE
            hit.version_id = ANY(%(version_ids)s)
            AND hit.ground && ST_Expand(site.ground, 2 * %(near_m)s::double precision)
        OFFSET 0
    ) AS part
)

SELECT
    notion.code,
    nearest.zone_id,
    round(nearest.distance_m::numeric, 1) AS distance_m
FROM site
INNER JOIN spatial_notion AS notion
    ON site.ruleset_id = notion.ruleset_id AND notion.code = ANY(%(codes)s)
CROSS JOIN LATERAL (
    SELECT
        around.zone_id,
        ST_Distance(
            ST_Transform(around.ground, site.plane_srid),
            ST_Transform(site.ground, site.plane_srid)
        ) AS distance_m
    FROM around
    INNER JOIN spatial_zone AS zone
        ON around.zone_id = zone.id AND zone.layer_id = notion.layer_id
    WHERE
        (zone.recorded_from IS NULL OR zone.recorded_from <= site.known_at)
        AND (zone.recorded_until IS NULL OR zone.recorded_until > site.known_at)
        AND (NOT notion.own OR zone.holder_id = site.subject_id)
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_notiontest AS test
            WHERE
                test.notion_id = notion.id
                AND test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    site.facts, zone.attributes
                ) IS NOT TRUE
        )
    ORDER BY distance_m, around.zone_id
    LIMIT 1
) AS nearest
WHERE nearest.distance_m <= %(near_m)s
ORDER BY notion.code
