-- what:   What is found of each patch that the batch has: same, changed (with what differs), gone
--         (no longer in the layer, or no longer passing); and of each feature that becomes none:
--         doubt (a test that cannot be answered), left_out. Features to be added are not listed.
-- reads:  make_zone, make_match, spatial_patch, spatial_zone, spatial_region
-- writes: -
-- params: batch_id, region_ids
WITH known AS (
    SELECT
        patch.id AS patch_id,
        region.code || '/' || patch.jcbh AS place,
        patch.holder_id,
        patch.attributes,
        md5(ST_AsBinary(patch.geom)) AS geom_key
    FROM spatial_patch AS patch
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    WHERE patch.batch_id = %(batch_id)s AND patch.region_id = ANY(%(region_ids)s::bigint[])
),

wanted AS (
    SELECT
        feature.zone_id,
        feature.region_code || '/' || feature.number AS place,
        feature.answer,
        feature.doubts,
        feature.geom_key,
        feature.attributes,
        zone.holder_id,
        made.patch_id
    FROM make_zone AS feature
    INNER JOIN spatial_zone AS zone ON feature.zone_id = zone.id
    LEFT JOIN make_match AS made ON feature.zone_id = made.zone_id
    WHERE feature.region_id = ANY(%(region_ids)s::bigint[])
)

SELECT
    coalesce(known.place, wanted.place) AS place,
    CASE
        WHEN wanted.zone_id IS NULL THEN 'gone'
        WHEN known.patch_id IS NOT NULL AND wanted.answer IS FALSE THEN 'gone'
        WHEN wanted.answer IS NULL THEN 'doubt'
        WHEN wanted.answer IS FALSE THEN 'left_out'
        WHEN differs.what <> '' THEN 'changed'
        ELSE 'same'
    END AS found,
    CASE
        WHEN wanted.zone_id IS NULL THEN '图层中已没有这个要素'
        WHEN known.patch_id IS NOT NULL AND wanted.answer IS FALSE THEN '已不符合条件'
        WHEN wanted.answer IS NULL THEN wanted.doubts
        ELSE differs.what
    END AS what
FROM wanted
FULL JOIN known ON wanted.patch_id = known.patch_id
CROSS JOIN LATERAL (
    SELECT
        concat_ws(
            '、',
            CASE WHEN wanted.geom_key <> known.geom_key THEN '图形' END,
            CASE WHEN wanted.attributes <> known.attributes THEN '属性' END,
            CASE WHEN wanted.holder_id IS DISTINCT FROM known.holder_id THEN '单位' END
        ) AS what
) AS differs
WHERE
    known.patch_id IS NOT NULL
    OR wanted.answer IS NOT TRUE
ORDER BY found, place
