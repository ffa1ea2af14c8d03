-- what:   Sums over all ground of one subject. Used = the union of its patches in every batch of
--         this ruleset, up to and with this one in order of after_on, then address, and of its
--         zones in the group's layers, as far as it lies inside and outside the group's notions;
--         entitled = the union of its zones that meet the entitling notions, tested as for this
--         patch. Measured from geometry, never from the document. Snapshots count by the newest
--         version when the act ended. Where a test is unknown, or a layer is missing in a county
--         where the subject has ground, a sum is a range, open above where it cannot be bounded.
--         Where every rule that asks for the sums also asks that the patch adjoin a notion of the
--         subject's own, only where a zone of the subject lies on or beside the patch.
-- reads:  chunk_patch, chunk_near, chunk_place, spatial_notion, spatial_notiontest, spatial_rule,
--         spatial_ruletest, spatial_ruleplace, spatial_notionleaf, spatial_layer, spatial_zone,
--         zone_part, spatial_runpin, spatial_patch, spatial_batch, spatial_region,
--         spatial_assessment, spatial_rulesetversion, spatial_datasetversion
-- writes: chunk_patch
-- params: run_id, group_versions
UPDATE chunk_patch AS target
SET facts = target.facts || measured.facts
FROM (
    WITH asked AS MATERIALIZED (
        SELECT
            patch.assessment_id,
            patch.patch_id,
            patch.ruleset_id,
            patch.subject_id,
            patch.facts,
            patch.known_at,
            coalesce(patch.act_from, '-infinity'::date) AS act_from,
            coalesce(patch.act_to, patch.as_of) AS act_to,
            grouped.key AS group_name,
            grouped.value AS grouping,
            ruleset.name AS ruleset_name,
            coalesce(own.after_on, 'infinity'::date) AS own_after_on,
            own_batch.code AS own_batch_code,
            own_region.code AS own_region_code,
            own.jcbh AS own_jcbh
        FROM chunk_patch AS patch
        INNER JOIN spatial_rulesetversion AS ruleset ON patch.ruleset_id = ruleset.id
        INNER JOIN spatial_patch AS own ON patch.patch_id = own.id
        INNER JOIN spatial_batch AS own_batch ON own.batch_id = own_batch.id
        INNER JOIN spatial_region AS own_region ON own.region_id = own_region.id
        CROSS JOIN LATERAL jsonb_each(coalesce(patch.settings -> 'groups', '{}'::jsonb)) AS grouped
        WHERE
            patch.subject_id IS NOT NULL
            AND (
                EXISTS (
                    SELECT 1
                    FROM chunk_near AS near_zone
                    WHERE
                        near_zone.assessment_id = patch.assessment_id
                        AND near_zone.holder_id = patch.subject_id
                )
                OR EXISTS (
                    SELECT 1
                    FROM spatial_rule AS rule
                    INNER JOIN spatial_ruletest AS test ON rule.id = test.rule_id
                    WHERE
                        rule.ruleset_id = patch.ruleset_id
                        AND position('group.' IN test.text) > 0
                        AND NOT EXISTS (
                            SELECT 1
                            FROM spatial_ruleplace AS place
                            INNER JOIN spatial_notionleaf AS leaf
                                ON place.notion_id = leaf.notion_id
                            INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
                            WHERE
                                place.rule_id = rule.id
                                AND place.relation = 'adjoins'
                            GROUP BY place.id
                            HAVING bool_and(notion.own)
                        )
                )
            )
    ),

    -- the layers that the sums read: those of the used ground, and of the group's notions
    needed AS MATERIALIZED (
        SELECT DISTINCT grouped.ruleset_id, grouped.group_name, listed.role, listed.layer_id
        FROM (SELECT DISTINCT asked.ruleset_id, asked.group_name, asked.grouping FROM asked)
            AS grouped
        CROSS JOIN LATERAL (
            SELECT 'used' AS role, layer AS layer_id
            FROM
                jsonb_array_elements_text(
                    coalesce(grouped.grouping -> 'used' -> 'layers', '[]'::jsonb)
                ) AS layer
            UNION ALL
            SELECT
                CASE
                    WHEN grouped.grouping -> 'entitled' ? limiting.code THEN 'entitled'
                    ELSE 'limit'
                END,
                notion.layer_id
            FROM spatial_notion AS limiting
            INNER JOIN spatial_notionleaf AS leaf ON limiting.id = leaf.notion_id
            INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
            WHERE
                limiting.ruleset_id = grouped.ruleset_id
                AND (
                    grouped.grouping -> 'entitled' ? limiting.code
                    OR coalesce(grouped.grouping -> 'used' -> 'inside' ? limiting.code, FALSE)
                    OR coalesce(grouped.grouping -> 'used' -> 'outside' ? limiting.code, FALSE)
                )
        ) AS listed
    ),

    pinned AS MATERIALIZED (
        SELECT
            version.id, version.layer_id, version.region_id, version.valid_from,
            coalesce(version.valid_until, 'infinity'::date) AS valid_until,
            version.declared_empty,
            layer.nature
        FROM spatial_datasetversion AS version
        INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
        WHERE
            -- as lists, so that no join of estimates is planned
            version.id = ANY(
                ARRAY(
                    SELECT pin.version_id
                    FROM spatial_runpin AS pin
                    WHERE pin.run_id = %(run_id)s
                )
            )
            AND version.layer_id = ANY(ARRAY(SELECT needed.layer_id FROM needed))
    ),

    period AS MATERIALIZED (
        SELECT DISTINCT asked.act_from, asked.act_to FROM asked
    ),

    -- versions that count when the act ended: ledgers, and of snapshots the newest
    reign AS MATERIALIZED (
        SELECT
            period.act_from, period.act_to, pinned.id AS version_id, pinned.layer_id,
            pinned.region_id
        FROM period
        INNER JOIN pinned
            ON
                pinned.nature = 'ledger'
                AND (
                    NOT pinned.declared_empty
                    OR (
                        pinned.valid_from <= period.act_from
                        AND pinned.valid_until > period.act_to
                    )
                )
        UNION ALL
        SELECT
            newest.act_from, newest.act_to, newest.id, newest.layer_id, newest.region_id
        FROM (
            SELECT DISTINCT ON (
                period.act_from, period.act_to, pinned.layer_id, pinned.region_id
            )
                period.act_from, period.act_to, pinned.id, pinned.layer_id, pinned.region_id,
                pinned.valid_until
            FROM period
            INNER JOIN pinned
                ON pinned.nature <> 'ledger' AND pinned.valid_from <= period.act_to
            ORDER BY
                period.act_from, period.act_to, pinned.layer_id, pinned.region_id,
                pinned.valid_from DESC, pinned.id DESC
        ) AS newest
        WHERE newest.valid_until > newest.act_to
    ),

    -- of this run; else by what was current at known_at; else as delivered
    mine AS MATERIALIZED (
        SELECT asked.assessment_id, asked.group_name, other.region_id, other.ground
        FROM asked
        CROSS JOIN LATERAL (
            SELECT listed.patch_id
            FROM (
                SELECT found.patch_id
                FROM spatial_assessment AS found
                WHERE found.subject_id = asked.subject_id AND found.run_id = %(run_id)s
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
                                newer.run_id = %(run_id)s
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
                                found.run_id = %(run_id)s OR found.applied_at <= asked.known_at
                            )
                    )
            ) AS listed
            OFFSET 0
        ) AS its
        INNER JOIN spatial_patch AS other ON its.patch_id = other.id
        INNER JOIN spatial_batch AS batch ON other.batch_id = batch.id
        INNER JOIN spatial_region AS region ON other.region_id = region.id
        WHERE
            batch.ruleset = asked.ruleset_name
            -- what a unit draws for itself is nobody's ground in use, what a detector proposes
            -- is not yet anybody's
            AND batch.source NOT IN ('选址', '机器初筛')
            AND other.created_at <= asked.known_at
            AND (
                coalesce(other.after_on, 'infinity'::date), batch.code, region.code, other.jcbh
            ) <= (
                asked.own_after_on, asked.own_batch_code, asked.own_region_code, asked.own_jcbh
            )
    ),

    -- the holder's zones first, whatever the planner believes of table sizes
    held AS MATERIALIZED (
        SELECT
            asked.assessment_id, asked.group_name, asked.act_from, asked.act_to, zone.id,
            zone.version_id
        FROM asked
        CROSS JOIN LATERAL (
            SELECT found.id, found.version_id
            FROM spatial_zone AS found
            WHERE
                found.holder_id = asked.subject_id
                AND asked.grouping -> 'used' -> 'layers' ? found.layer_id::text
                AND (found.recorded_from IS NULL OR found.recorded_from <= asked.known_at)
                AND (found.recorded_until IS NULL OR found.recorded_until > asked.known_at)
            OFFSET 0
        ) AS zone
    ),

    occupied AS MATERIALIZED (
        SELECT held.assessment_id, held.group_name, reign.region_id, part.ground
        FROM held
        INNER JOIN reign
            ON
                held.version_id = reign.version_id
                AND held.act_from = reign.act_from
                AND held.act_to = reign.act_to
        CROSS JOIN LATERAL (
            SELECT found.ground
            FROM zone_part AS found
            WHERE
                -- written out, so that only their partitions are planned
                found.version_id = ANY(%(group_versions)s)
                AND found.version_id = held.version_id
                AND found.zone_id = held.id
            OFFSET 0
        ) AS part
    ),

    ground AS MATERIALIZED (
        SELECT all_used.assessment_id, all_used.group_name, ST_Union(all_used.ground) AS ground
        FROM (
            SELECT mine.assessment_id, mine.group_name, mine.ground FROM mine
            UNION ALL
            SELECT occupied.assessment_id, occupied.group_name, occupied.ground FROM occupied
        ) AS all_used
        GROUP BY all_used.assessment_id, all_used.group_name
    ),

    -- the notions of the group as they come down to layers
    bounding AS MATERIALIZED (
        SELECT
            asked.assessment_id,
            asked.group_name,
            asked.subject_id,
            asked.facts,
            asked.known_at,
            asked.act_from,
            asked.act_to,
            named.role,
            named.code AS named_code,
            notion.id AS notion_id,
            notion.layer_id,
            notion.own
        FROM asked
        CROSS JOIN LATERAL (
            SELECT 'entitled' AS role, code
            FROM jsonb_array_elements_text(asked.grouping -> 'entitled') AS code
            UNION ALL
            SELECT 'inside', code
            FROM
                jsonb_array_elements_text(
                    coalesce(asked.grouping -> 'used' -> 'inside', '[]'::jsonb)
                ) AS code
            UNION ALL
            SELECT 'outside', code
            FROM
                jsonb_array_elements_text(
                    coalesce(asked.grouping -> 'used' -> 'outside', '[]'::jsonb)
                ) AS code
        ) AS named
        INNER JOIN spatial_notion AS limiting
            ON asked.ruleset_id = limiting.ruleset_id AND named.code = limiting.code
        INNER JOIN spatial_notionleaf AS leaf ON limiting.id = leaf.notion_id
        INNER JOIN spatial_notion AS notion ON leaf.leaf_id = notion.id
    ),

    -- zones of the group's notions: what entitles (everywhere), what limits (on the used ground)
    candidate AS MATERIALIZED (
        SELECT
            bounding.assessment_id, bounding.group_name, bounding.role, bounding.notion_id,
            bounding.act_from, bounding.act_to, zone.id, zone.version_id, zone.answer
        FROM bounding
        LEFT JOIN ground
            ON
                bounding.assessment_id = ground.assessment_id
                AND bounding.group_name = ground.group_name
        CROSS JOIN LATERAL (
            SELECT
                found.id,
                found.version_id,
                (
                    SELECT
                        all_hold(
                            count(*) FILTER (WHERE tested.answer IS FALSE),
                            count(*) FILTER (WHERE tested.answer IS NULL)
                        )
                    FROM (
                        SELECT
                            test_answer(
                                test.op, test.kind, test.negate, test."left", test."right",
                                bounding.facts, found.attributes
                            ) AS answer
                        FROM spatial_notiontest AS test
                        WHERE test.notion_id = bounding.notion_id
                    ) AS tested
                ) AS answer
            FROM (
                SELECT own.id, own.version_id, own.attributes
                FROM (
                    SELECT
                        zone.id, zone.version_id, zone.attributes, zone.layer_id,
                        zone.recorded_from, zone.recorded_until
                    FROM spatial_zone AS zone
                    WHERE bounding.own AND zone.holder_id = bounding.subject_id
                    OFFSET 0
                ) AS own
                WHERE
                    own.layer_id = bounding.layer_id
                    AND (own.recorded_from IS NULL OR own.recorded_from <= bounding.known_at)
                    AND (own.recorded_until IS NULL OR own.recorded_until > bounding.known_at)
                UNION ALL
                SELECT zone.id, zone.version_id, zone.attributes
                FROM (
                    SELECT DISTINCT near_part.zone_id
                    FROM zone_part AS near_part
                    WHERE
                        NOT bounding.own
                        AND near_part.version_id = ANY(%(group_versions)s)
                        AND near_part.ground && ground.ground
                    OFFSET 0
                ) AS near_zone
                INNER JOIN spatial_zone AS zone ON near_zone.zone_id = zone.id
                WHERE
                    zone.layer_id = bounding.layer_id
                    AND (zone.recorded_from IS NULL OR zone.recorded_from <= bounding.known_at)
                    AND (zone.recorded_until IS NULL OR zone.recorded_until > bounding.known_at)
            ) AS found
            OFFSET 0
        ) AS zone
        WHERE zone.answer IS NOT FALSE
    ),

    member AS MATERIALIZED (
        SELECT
            candidate.assessment_id, candidate.group_name, candidate.role, candidate.notion_id,
            candidate.answer, part.ground
        FROM candidate
        INNER JOIN reign
            ON
                candidate.version_id = reign.version_id
                AND candidate.act_from = reign.act_from
                AND candidate.act_to = reign.act_to
        CROSS JOIN LATERAL (
            SELECT found.ground
            FROM zone_part AS found
            WHERE
                found.version_id = ANY(%(group_versions)s)
                AND found.version_id = candidate.version_id
                AND found.zone_id = candidate.id
            OFFSET 0
        ) AS part
        LEFT JOIN ground
            ON
                candidate.assessment_id = ground.assessment_id
                AND candidate.group_name = ground.group_name
        WHERE candidate.role = 'entitled' OR part.ground && ground.ground
    ),

    entitled AS (
        SELECT
            member.assessment_id,
            member.group_name,
            area_m2(ST_Union(member.ground) FILTER (WHERE member.answer)) AS sure_m2,
            area_m2(ST_Union(member.ground)) AS most_m2
        FROM member
        WHERE member.role = 'entitled'
        GROUP BY member.assessment_id, member.group_name
    ),

    -- per limiting notion the ground where it surely, and where it possibly holds
    limits AS (
        SELECT
            bounding.assessment_id,
            bounding.group_name,
            bounding.role,
            ST_Union(member.ground) FILTER (WHERE member.answer) AS sure,
            ST_Union(member.ground) AS most
        FROM bounding
        LEFT JOIN member
            ON
                bounding.assessment_id = member.assessment_id
                AND bounding.group_name = member.group_name
                AND bounding.role = member.role
                AND bounding.notion_id = member.notion_id
        WHERE bounding.role <> 'entitled'
        GROUP BY
            bounding.assessment_id, bounding.group_name, bounding.role, bounding.named_code
    ),

    used AS (
        SELECT
            ground.assessment_id,
            ground.group_name,
            area_m2(
                within_limits(
                    ground.ground,
                    array_agg(coalesce(limits.sure, nowhere.ground))
                    FILTER (WHERE limits.role = 'inside'),
                    array_agg(limits.most)
                    FILTER (WHERE limits.role = 'outside' AND limits.most IS NOT NULL)
                )
            ) AS sure_m2,
            area_m2(
                within_limits(
                    ground.ground,
                    array_agg(coalesce(limits.most, nowhere.ground))
                    FILTER (WHERE limits.role = 'inside'),
                    array_agg(limits.sure)
                    FILTER (WHERE limits.role = 'outside' AND limits.sure IS NOT NULL)
                )
            ) AS most_m2,
            area_m2(ground.ground) AS all_m2
        FROM ground
        CROSS JOIN
            (SELECT ST_GeomFromText('POLYGON EMPTY', 990003) AS ground) AS nowhere
        LEFT JOIN limits
            ON
                ground.assessment_id = limits.assessment_id
                AND ground.group_name = limits.group_name
        GROUP BY ground.assessment_id, ground.group_name, ground.ground
    ),

    -- counties where the subject has ground, and what is not loaded there
    county AS MATERIALIZED (
        SELECT asked.assessment_id, asked.group_name, place.county_id AS region_id
        FROM asked
        INNER JOIN chunk_place AS place ON asked.assessment_id = place.assessment_id
        UNION
        SELECT mine.assessment_id, mine.group_name, mine.region_id FROM mine
        UNION
        SELECT occupied.assessment_id, occupied.group_name, occupied.region_id FROM occupied
    ),

    lacking AS MATERIALIZED (
        SELECT DISTINCT asked.assessment_id, asked.group_name, needed.role
        FROM asked
        INNER JOIN county
            ON
                asked.assessment_id = county.assessment_id
                AND asked.group_name = county.group_name
        INNER JOIN needed
            ON asked.ruleset_id = needed.ruleset_id AND asked.group_name = needed.group_name
        LEFT JOIN reign
            ON
                needed.layer_id = reign.layer_id
                AND county.region_id = reign.region_id
                AND asked.act_from = reign.act_from
                AND asked.act_to = reign.act_to
        WHERE reign.version_id IS NULL
    ),

    bound AS (
        SELECT
            asked.assessment_id,
            asked.group_name,
            CASE
                WHEN 'limit' = ANY(gap.roles) THEN 0
                ELSE coalesce(round(used.sure_m2::numeric, 2), 0)
            END AS used_low,
            CASE
                WHEN 'used' = ANY(gap.roles) THEN 'infinity'::numeric
                WHEN 'limit' = ANY(gap.roles) THEN coalesce(round(used.all_m2::numeric, 2), 0)
                ELSE coalesce(round(used.most_m2::numeric, 2), 0)
            END AS used_high,
            coalesce(round(entitled.sure_m2::numeric, 2), 0) AS entitled_low,
            CASE
                WHEN 'entitled' = ANY(gap.roles) THEN 'infinity'::numeric
                ELSE coalesce(round(entitled.most_m2::numeric, 2), 0)
            END AS entitled_high
        FROM asked
        LEFT JOIN used
            ON asked.assessment_id = used.assessment_id AND asked.group_name = used.group_name
        LEFT JOIN entitled
            ON
                asked.assessment_id = entitled.assessment_id
                AND asked.group_name = entitled.group_name
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(lacking.role), '{}'::text[]) AS roles
            FROM lacking
            WHERE
                lacking.assessment_id = asked.assessment_id
                AND lacking.group_name = asked.group_name
        ) AS gap
    )

    SELECT
        bound.assessment_id,
        jsonb_object_agg(
            'group.' || bound.group_name || '.' || sums.name, range_of(sums.low, sums.high)
        ) AS facts
    FROM bound
    CROSS JOIN LATERAL (
        VALUES
        ('used_m2', bound.used_low, bound.used_high),
        ('entitled_m2', bound.entitled_low, bound.entitled_high),
        (
            'excess_m2',
            greatest(bound.used_low - bound.entitled_high, 0),
            greatest(
                CASE
                    WHEN bound.used_high = 'infinity' THEN bound.used_high
                    ELSE bound.used_high - bound.entitled_low
                END, 0
            )
        ),
        (
            'unused_m2',
            greatest(bound.entitled_low - bound.used_high, 0),
            greatest(
                CASE
                    WHEN bound.entitled_high = 'infinity' THEN bound.entitled_high
                    ELSE bound.entitled_high - bound.used_low
                END, 0
            )
        )
    ) AS sums (name, low, high)
    GROUP BY bound.assessment_id
) AS measured
WHERE target.assessment_id = measured.assessment_id
