-- what:   Patches whose user's used ground elsewhere meets a zone that differs, of a layer inside
--         or outside which that ground counts: through other patches, and through used zones.
-- reads:  touched_zone, touched_patch, zone_part, spatial_patch, spatial_assessment, spatial_zone
-- writes: touched_reason
-- params: version_ids, used_versions, limit_layers
INSERT INTO touched_reason (
    patch_id, kind, layer_id, county_id, was_id, now_id, zone_id, holder_id
)
SELECT DISTINCT
    patch.patch_id,
    'holder_zone',
    changed.layer_id,
    changed.county_id,
    changed.was_id,
    changed.now_id,
    changed.zone_id,
    patch.subject_id
FROM touched_zone AS changed
CROSS JOIN LATERAL (
    SELECT found.ground
    FROM zone_part AS found
    WHERE
        found.version_id = ANY(%(version_ids)s)
        AND found.version_id = changed.version_id
        AND found.zone_id = changed.zone_id
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT counted.holder_id
    FROM spatial_patch AS other
    CROSS JOIN LATERAL (
        SELECT other.holder_id
        UNION
        SELECT judged.subject_id
        FROM spatial_assessment AS judged
        WHERE judged.patch_id = other.id
    ) AS counted
    WHERE other.ground && part.ground
    UNION
    SELECT used.holder_id
    FROM zone_part AS used_part
    INNER JOIN spatial_zone AS used ON used_part.zone_id = used.id
    WHERE
        used_part.version_id = ANY(%(used_versions)s::bigint[])
        AND used_part.ground && part.ground
) AS user_of
INNER JOIN touched_patch AS patch ON user_of.holder_id = patch.subject_id
WHERE
    changed.layer_id = ANY(%(limit_layers)s)
    AND patch.has_sums
