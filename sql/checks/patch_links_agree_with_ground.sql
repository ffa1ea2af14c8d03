-- what:   Each patch link says how much ground the two have in common, to 0.01 m2, the later first;
--         and no two patches of one ruleset with half their ground in common lack a link.
-- reads:  spatial_patchlink, spatial_patch, spatial_batch
-- writes: -
-- params: -
WITH lacking AS MATERIALIZED (
    SELECT one.id AS one_id, two.id AS two_id
    FROM spatial_patch AS one
    INNER JOIN spatial_batch AS one_batch ON one.batch_id = one_batch.id
    CROSS JOIN LATERAL (
        SELECT other.id, other.batch_id
        FROM spatial_patch AS other
        WHERE other.ground && one.ground AND other.id > one.id
        OFFSET 0
    ) AS two
    INNER JOIN spatial_batch AS two_batch
        ON two.batch_id = two_batch.id AND one_batch.ruleset = two_batch.ruleset
    LEFT JOIN spatial_patchlink AS there ON one.id = there.patch_id AND two.id = there.earlier_id
    LEFT JOIN spatial_patchlink AS back ON two.id = back.patch_id AND one.id = back.earlier_id
    WHERE there.id IS NULL AND back.id IS NULL
)

SELECT
    link.patch_id,
    link.earlier_id,
    link.overlap_m2 AS linked_m2,
    found.overlap_m2 AS found_m2
FROM spatial_patchlink AS link
INNER JOIN spatial_patch AS later ON link.patch_id = later.id
INNER JOIN spatial_batch AS later_batch ON later.batch_id = later_batch.id
INNER JOIN spatial_patch AS earlier ON link.earlier_id = earlier.id
INNER JOIN spatial_batch AS earlier_batch ON earlier.batch_id = earlier_batch.id
CROSS JOIN LATERAL (
    SELECT area_m2(ST_Intersection(later.ground, earlier.ground)) AS overlap_m2
) AS found
WHERE
    abs(found.overlap_m2 - link.overlap_m2::double precision) > 0.0101
    OR abs(found.overlap_m2 / area_m2(later.ground) - link.share_of_patch) > 1e-6
    OR abs(found.overlap_m2 / area_m2(earlier.ground) - link.share_of_earlier) > 1e-6
    OR later_batch.ruleset <> earlier_batch.ruleset
    OR (later_batch.issued_on, link.patch_id) < (earlier_batch.issued_on, link.earlier_id)
UNION ALL
SELECT
    greatest(lacking.one_id, lacking.two_id),
    least(lacking.one_id, lacking.two_id),
    NULL,
    found.overlap_m2
FROM lacking
INNER JOIN spatial_patch AS one ON lacking.one_id = one.id
INNER JOIN spatial_patch AS two ON lacking.two_id = two.id
CROSS JOIN LATERAL (
    SELECT area_m2(ST_Intersection(one.ground, two.ground)) AS overlap_m2
) AS found
WHERE
    found.overlap_m2 > 1.01
    AND found.overlap_m2 > 0.51 * least(area_m2(one.ground), area_m2(two.ground))
ORDER BY 1, 2
