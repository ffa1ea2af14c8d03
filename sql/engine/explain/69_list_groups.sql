-- what:   The patches and zones of the subject from which its group sums are made: patches of this
--         ruleset up to and with this one, zones of the layers that the groups read. A zone says
--         which notions of its layer it meets, or may meet.
-- reads:  chunk_patch, spatial_rulesetversion, spatial_patch, spatial_batch, spatial_region,
--         spatial_assessment, spatial_runpin, spatial_datasetversion, spatial_zone,
--         spatial_document, spatial_notion, spatial_notiontest, spatial_notionleaf
-- writes: -
-- params: -
WITH asked AS MATERIALIZED (
    SELECT
        patch.assessment_id, patch.subject_id, patch.run_id, patch.ruleset_id, patch.known_at,
        patch.facts, grouped.key AS group_name, grouped.value AS grouping,
        ruleset.name AS ruleset,
        coalesce(own.after_on, 'infinity'::date) AS after_on,
        batch.code AS batch, region.code AS region, own.jcbh
    FROM chunk_patch AS patch
    CROSS JOIN LATERAL jsonb_each(coalesce(patch.settings -> 'groups', '{}'::jsonb)) AS grouped
    INNER JOIN spatial_rulesetversion AS ruleset ON patch.ruleset_id = ruleset.id
    INNER JOIN spatial_patch AS own ON patch.patch_id = own.id
    INNER JOIN spatial_batch AS batch ON own.batch_id = batch.id
    INNER JOIN spatial_region AS region ON own.region_id = region.id
    WHERE
        patch.subject_id IS NOT NULL
        AND patch.facts ? ('group.' || grouped.key || '.used_m2')
),

-- of this run; else what was current at known_at; else as delivered
held AS MATERIALIZED (
    SELECT asked.assessment_id, asked.group_name, its.patch_id
    FROM asked
    CROSS JOIN LATERAL (
        SELECT listed.patch_id
        FROM (
            SELECT found.patch_id
            FROM spatial_assessment AS found
            WHERE found.subject_id = asked.subject_id AND found.run_id = asked.run_id
            UNION
            SELECT found.patch_id
            FROM spatial_assessment AS found
            WHERE
                found.subject_id = asked.subject_id
                AND found.applied_at <= asked.known_at
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_assessment AS newer
                    WHERE
                        newer.patch_id = found.patch_id
                        AND (
                            newer.run_id = asked.run_id
                            OR (
                                newer.applied_at <= asked.known_at
                                AND (newer.applied_at, newer.id) > (found.applied_at, found.id)
                            )
                        )
                )
            UNION
            SELECT delivered.id AS patch_id
            FROM spatial_patch AS delivered
            WHERE
                delivered.holder_id = asked.subject_id
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_assessment AS found
                    WHERE
                        found.patch_id = delivered.id
                        AND (
                            found.run_id = asked.run_id OR found.applied_at <= asked.known_at
                        )
                )
        ) AS listed
        OFFSET 0
    ) AS its
),

-- the holder's zones first, whatever the planner believes of table sizes
owned AS MATERIALIZED (
    SELECT
        asked.assessment_id, asked.group_name, zone.id, zone.version_id, zone.layer_id,
        zone.attributes, zone.name, zone.code, zone.area_m2, zone.document_id
    FROM asked
    CROSS JOIN LATERAL (
        SELECT found.*
        FROM spatial_zone AS found
        WHERE
            found.holder_id = asked.subject_id
            AND (found.recorded_from IS NULL OR found.recorded_from <= asked.known_at)
            AND (found.recorded_until IS NULL OR found.recorded_until > asked.known_at)
        OFFSET 0
    ) AS zone
    WHERE zone.version_id IN (
        SELECT pin.version_id
        FROM spatial_runpin AS pin
        WHERE pin.run_id = asked.run_id
    )
)

SELECT
    asked.assessment_id,
    asked.group_name,
    'patch' AS kind,
    batch.code || '/' || region.code || '/' || other.jcbh AS named,
    region.name AS county,
    other.area_m2,
    other.after_on,
    '' AS layer,
    NULL::bigint AS zone_id,
    '[]'::jsonb AS notions
FROM asked
INNER JOIN held
    ON asked.assessment_id = held.assessment_id AND asked.group_name = held.group_name
INNER JOIN spatial_patch AS other ON held.patch_id = other.id
INNER JOIN spatial_batch AS batch ON other.batch_id = batch.id
INNER JOIN spatial_region AS region ON other.region_id = region.id
WHERE
    batch.ruleset = asked.ruleset
    AND other.created_at <= asked.known_at
    AND (coalesce(other.after_on, 'infinity'::date), batch.code, region.code, other.jcbh)
    <= (asked.after_on, asked.batch, asked.region, asked.jcbh)
UNION ALL
SELECT
    asked.assessment_id,
    asked.group_name,
    'zone',
    coalesce(paper.number, nullif(zone.name, ''), zone.code),
    region.name,
    zone.area_m2,
    NULL,
    zone.layer_id,
    zone.id,
    coalesce(met.notions, '[]'::jsonb)
FROM asked
INNER JOIN owned AS zone
    ON asked.assessment_id = zone.assessment_id AND asked.group_name = zone.group_name
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
INNER JOIN spatial_region AS region ON version.region_id = region.id
LEFT JOIN spatial_document AS paper ON zone.document_id = paper.id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(DISTINCT entitling.code) AS notions
    FROM spatial_notion AS entitling
    INNER JOIN spatial_notionleaf AS part ON entitling.id = part.notion_id
    INNER JOIN spatial_notion AS leaf ON part.leaf_id = leaf.id
    WHERE
        entitling.ruleset_id = asked.ruleset_id
        AND asked.grouping -> 'entitled' ? entitling.code
        AND leaf.layer_id = zone.layer_id
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_notiontest AS test
            WHERE
                test.notion_id = leaf.id
                AND test_answer(
                    test.op, test.kind, test.negate, test."left", test."right",
                    asked.facts, zone.attributes
                ) IS FALSE
        )
) AS met
WHERE
    met.notions IS NOT NULL
    OR coalesce(asked.grouping -> 'used' -> 'layers' ? zone.layer_id::text, FALSE)
ORDER BY assessment_id, group_name, kind, county, named, zone_id
