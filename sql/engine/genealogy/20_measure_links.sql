-- what:   Link these patches with all of the same ruleset on whose ground they lie: the later one
--         (by issue, else by image, else by arrival) with the earlier. More than least_m2 must be
--         common, in a connected part that is wider on average than a border drawn twice, or be
--         most of either. What a detector proposes (机器初筛) is no patch's kin unless its own
--         links are asked for.
-- reads:  spatial_patch, spatial_batch, spatial_region
-- writes: spatial_patchlink
-- params: patch_ids, least_m2, border_m
INSERT INTO spatial_patchlink (
    patch_id, earlier_id, kind, overlap_m2, share_of_patch, share_of_earlier
)
WITH pair AS MATERIALIZED (
    SELECT DISTINCT
        least(patch.id, found.id) AS one_id,
        greatest(patch.id, found.id) AS two_id
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    CROSS JOIN LATERAL (
        SELECT other.id, other.batch_id
        FROM spatial_patch AS other
        WHERE other.ground && patch.ground AND other.id <> patch.id
        OFFSET 0
    ) AS found
    INNER JOIN spatial_batch AS other_batch
        ON
            found.batch_id = other_batch.id
            AND batch.ruleset = other_batch.ruleset
            AND (other_batch.source <> '机器初筛' OR batch.source = '机器初筛')
    WHERE patch.id = ANY(%(patch_ids)s::bigint[])
),

dated AS MATERIALIZED (
    SELECT
        patch.id,
        coalesce(
            batch.issued_on,
            patch.after_on,
            (patch.created_at AT TIME ZONE 'UTC')::date
        ) AS known_on
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
    WHERE patch.id IN (
        SELECT pair.one_id FROM pair
        UNION ALL
        SELECT pair.two_id FROM pair
    )
),

ordered AS MATERIALIZED (
    SELECT
        CASE
            WHEN (one.known_on, one.id) > (two.known_on, two.id) THEN one.id
            ELSE two.id
        END AS patch_id,
        CASE
            WHEN (one.known_on, one.id) > (two.known_on, two.id) THEN two.id
            ELSE one.id
        END AS earlier_id
    FROM pair
    INNER JOIN dated AS one ON pair.one_id = one.id
    INNER JOIN dated AS two ON pair.two_id = two.id
),

common AS MATERIALIZED (
    SELECT
        ordered.patch_id,
        ordered.earlier_id,
        area_m2(later.ground) AS patch_m2,
        area_m2(earlier.ground) AS earlier_m2,
        990200 + ((region.central_meridian + 180) * 2)::integer AS plane_srid,
        ST_CollectionExtract(ST_Intersection(later.ground, earlier.ground), 3) AS ground
    FROM ordered
    INNER JOIN spatial_patch AS later ON ordered.patch_id = later.id
    INNER JOIN spatial_patch AS earlier ON ordered.earlier_id = earlier.id
    INNER JOIN spatial_region AS region ON later.region_id = region.id
    WHERE ST_Intersects(later.ground, earlier.ground)
),

measured AS (
    SELECT
        common.patch_id,
        common.earlier_id,
        common.ground,
        common.plane_srid,
        area_m2(common.ground) AS overlap_m2,
        area_m2(common.ground) / nullif(common.patch_m2, 0) AS share_of_patch,
        area_m2(common.ground) / nullif(common.earlier_m2, 0) AS share_of_earlier
    FROM common
)

SELECT
    measured.patch_id,
    measured.earlier_id,
    'overlap',
    round(measured.overlap_m2::numeric, 2),
    least(measured.share_of_patch, 1),
    least(measured.share_of_earlier, 1)
FROM measured
WHERE
    measured.overlap_m2 > %(least_m2)s
    AND (
        greatest(measured.share_of_patch, measured.share_of_earlier) > 0.5
        OR EXISTS (
            SELECT 1
            FROM ST_Dump(measured.ground) AS part
            WHERE
                area_m2(part.geom) > %(least_m2)s
                AND 2 * area_m2(part.geom)
                > %(border_m)s * ST_Perimeter(ST_Transform(part.geom, measured.plane_srid))
        )
    )
