-- what:   Sums over all ground of one subject: used = the union of its patches in every batch of
--         this ruleset, up to and with this one in order of after_on, then address, and of its
--         zones in the group's layers; entitled = the union of its zones that may meet the
--         entitling notions, tested as for this patch (a doubt counts for the holder). Measured
--         from geometry, never from the document. Only where such a zone lies on or beside the
--         patch: elsewhere no rule asks. Snapshots
--         count by the newest version when the act ended. While a layer of the group is missing,
--         what is used is known only to be at least this much: only an excess can be told.
-- reads:  chunk_patch, chunk_near, chunk_place, chunk_version, spatial_notion,
--         spatial_notiontest, spatial_zone, zone_part,
--         spatial_runpin, spatial_patch, spatial_batch, spatial_region, spatial_assessment,
--         spatial_run, spatial_rulesetversion, spatial_datasetversion
-- writes: chunk_patch
-- params: run_id
UPDATE chunk_patch AS target
SET facts = target.facts || measured.facts
FROM (
    SELECT
        patch.assessment_id,
        jsonb_object_agg('group.' || grouped.key || '.' || sums.name, sums.m2) AS facts
    FROM chunk_patch AS patch
    CROSS JOIN LATERAL jsonb_each(coalesce(patch.settings -> 'groups', '{}'::jsonb)) AS grouped
    CROSS JOIN LATERAL (
        SELECT area_m2(ST_Union(part.ground)) AS m2
        FROM (
            -- the holder's zones first, whatever the planner believes of table sizes
            SELECT held.id, held.version_id, held.layer_id, held.attributes
            FROM spatial_zone AS held
            WHERE
                held.holder_id = patch.subject_id
                AND (held.recorded_from IS NULL OR held.recorded_from <= patch.known_at)
                AND (held.recorded_until IS NULL OR held.recorded_until > patch.known_at)
            OFFSET 0
        ) AS zone
        INNER JOIN spatial_runpin AS pin
            ON zone.version_id = pin.version_id AND pin.run_id = patch.run_id
        INNER JOIN zone_part AS part
            ON zone.version_id = part.version_id AND zone.id = part.zone_id
        WHERE EXISTS (
            SELECT 1
            FROM spatial_notion AS notion
            WHERE
                notion.ruleset_id = patch.ruleset_id
                AND notion.layer_id = zone.layer_id
                AND grouped.value -> 'entitled' ? notion.code
                AND NOT EXISTS (
                    SELECT 1
                    FROM spatial_notiontest AS test
                    WHERE
                        test.notion_id = notion.id
                        AND test_answer(
                            test.op, test.kind, test.negate, test."left", test."right",
                            patch.facts, zone.attributes
                        ) IS FALSE
                )
        )
    ) AS entitled
    CROSS JOIN LATERAL (
        SELECT area_m2(ST_Union(ground.geom)) AS m2
        FROM (
            SELECT other.ground AS geom
            FROM (
                SELECT held.id AS patch_id
                FROM spatial_patch AS held
                WHERE held.holder_id = patch.subject_id
                UNION
                SELECT assessment.patch_id
                FROM spatial_assessment AS assessment
                WHERE
                    assessment.subject_id = patch.subject_id
                    AND (
                        assessment.run_id = patch.run_id
                        OR (
                            assessment.is_current
                            AND NOT EXISTS (
                                SELECT 1
                                FROM spatial_assessment AS own_run
                                WHERE
                                    own_run.patch_id = assessment.patch_id
                                    AND own_run.run_id = patch.run_id
                            )
                        )
                    )
            ) AS mine
            INNER JOIN spatial_patch AS other ON mine.patch_id = other.id
            INNER JOIN spatial_batch AS batch ON other.batch_id = batch.id
            INNER JOIN spatial_region AS region ON other.region_id = region.id
            INNER JOIN spatial_run AS run ON run.id = patch.run_id
            INNER JOIN spatial_rulesetversion AS ruleset ON run.ruleset_id = ruleset.id
            INNER JOIN spatial_patch AS own ON own.id = patch.patch_id
            INNER JOIN spatial_batch AS own_batch ON own.batch_id = own_batch.id
            INNER JOIN spatial_region AS own_region ON own.region_id = own_region.id
            WHERE
                batch.ruleset = ruleset.name
                AND other.created_at <= run.known_at
                AND (
                    coalesce(other.after_on, 'infinity'::date),
                    batch.code, region.code, other.jcbh
                ) <= (
                    coalesce(own.after_on, 'infinity'::date),
                    own_batch.code, own_region.code, own.jcbh
                )
            UNION ALL
            SELECT part.ground
            FROM (
                SELECT
                    held.id, held.version_id, version.layer_id, version.region_id,
                    version.valid_from
                FROM spatial_zone AS held
                INNER JOIN spatial_datasetversion AS version ON held.version_id = version.id
                WHERE
                    held.holder_id = patch.subject_id
                    AND grouped.value -> 'used' -> 'layers' ? held.layer_id::text
                    AND (held.recorded_from IS NULL OR held.recorded_from <= patch.known_at)
                    AND (held.recorded_until IS NULL OR held.recorded_until > patch.known_at)
                    AND (version.valid_from IS NULL OR version.valid_from <= patch.act_to)
                OFFSET 0
            ) AS zone
            INNER JOIN spatial_runpin AS pin
                ON zone.version_id = pin.version_id AND pin.run_id = patch.run_id
            INNER JOIN zone_part AS part
                ON zone.version_id = part.version_id AND zone.id = part.zone_id
            CROSS JOIN LATERAL (
                SELECT
                    NOT coalesce(
                        bool_or((newer.valid_from, newer.id) > (zone.valid_from, zone.version_id)),
                        FALSE
                    ) AS is_newest
                FROM spatial_datasetversion AS newer
                INNER JOIN spatial_runpin AS newer_pin
                    ON newer.id = newer_pin.version_id AND newer_pin.run_id = patch.run_id
                WHERE
                    newer.layer_id = zone.layer_id
                    AND newer.region_id = zone.region_id
                    AND newer.valid_from <= patch.act_to
                OFFSET 0
            ) AS reign
            WHERE reign.is_newest
        ) AS ground
    ) AS used
    CROSS JOIN LATERAL (
        VALUES
        ('used_m2', round(coalesce(used.m2, 0)::numeric, 2)),
        ('entitled_m2', round(coalesce(entitled.m2, 0)::numeric, 2)),
        (
            'excess_m2',
            round(greatest(coalesce(used.m2, 0) - coalesce(entitled.m2, 0), 0)::numeric, 2)
        ),
        (
            'unused_m2',
            round(greatest(coalesce(entitled.m2, 0) - coalesce(used.m2, 0), 0)::numeric, 2)
        )
    ) AS sums (name, m2)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(bool_or(chosen.version_id IS NULL), FALSE) AS is_partial
        FROM chunk_place AS place
        INNER JOIN chunk_version AS chosen ON place.window_id = chosen.window_id
        WHERE
            place.assessment_id = patch.assessment_id
            AND grouped.value -> 'used' -> 'layers' ? chosen.layer_id::text
    ) AS coverage
    WHERE
        patch.run_id = %(run_id)s
        AND patch.subject_id IS NOT NULL
        AND (
            NOT coverage.is_partial
            OR (sums.name = 'excess_m2' AND sums.m2 > 0)
            OR sums.name = 'entitled_m2'
        )
        AND EXISTS (
            SELECT 1
            FROM chunk_near AS near_zone
            WHERE
                near_zone.assessment_id = patch.assessment_id
                AND near_zone.holder_id = patch.subject_id
        )
    GROUP BY patch.assessment_id
) AS measured
WHERE target.assessment_id = measured.assessment_id
