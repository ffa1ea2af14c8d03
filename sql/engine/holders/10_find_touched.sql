-- what:   The patches of a ruleset that holders touch: whose user one of them is or was, as
--         delivered, inferred or corrected; and those within reach_m of ground that one of them
--         holds in a layer of the ruleset.
-- reads:  spatial_patch, spatial_batch, spatial_assessment, spatial_run, spatial_rulesetversion,
--         spatial_subjectcorrection, spatial_zone, spatial_datasetversion, zone_part
-- writes: -
-- params: holder_ids, ruleset, layers, reach_m
WITH part AS MATERIALIZED (
    SELECT part.ground
    FROM spatial_zone AS zone
    INNER JOIN spatial_datasetversion AS version
        ON zone.version_id = version.id AND version.status = 'active'
    INNER JOIN zone_part AS part ON zone.version_id = part.version_id AND zone.id = part.zone_id
    WHERE
        zone.holder_id = ANY(%(holder_ids)s::bigint[])
        AND zone.layer_id = ANY(%(layers)s)
        AND zone.recorded_until IS NULL
)

SELECT patch.id
FROM (
    SELECT held.id
    FROM spatial_patch AS held
    WHERE held.holder_id = ANY(%(holder_ids)s::bigint[])
    UNION
    SELECT assessment.patch_id
    FROM spatial_assessment AS assessment
    INNER JOIN spatial_run AS run ON assessment.run_id = run.id
    INNER JOIN spatial_rulesetversion AS version ON run.ruleset_id = version.id
    WHERE
        assessment.subject_id = ANY(%(holder_ids)s::bigint[])
        AND assessment.applied_at IS NOT NULL
        AND version.name = %(ruleset)s
    UNION
    SELECT correction.patch_id
    FROM spatial_subjectcorrection AS correction
    WHERE correction.holder_id = ANY(%(holder_ids)s::bigint[])
    UNION
    SELECT near_patch.id
    FROM part
    CROSS JOIN LATERAL (
        SELECT found.id
        FROM spatial_patch AS found
        WHERE
            -- lengths in the equal-area CRS are off by a fifth at most in China
            found.ground && ST_Expand(part.ground, 2 * %(reach_m)s::double precision)
            AND ST_DWithin(found.ground, part.ground, 2 * %(reach_m)s::double precision)
        OFFSET 0
    ) AS near_patch
) AS touched
INNER JOIN spatial_patch AS patch ON touched.id = patch.id
INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
WHERE batch.ruleset = %(ruleset)s AND batch.source NOT IN ('选址', '机器初筛')
ORDER BY patch.id
