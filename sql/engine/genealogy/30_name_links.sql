-- what:   What an earlier patch is to a later one, for every link of these patches and of those
--         they are linked with. Nearly equal: the same. Mostly within the earlier, as is another
--         later one on other ground of it: split off. Mostly within the later, as is another
--         earlier one on other ground of it: merged. Half in common: the same (domain 9.7). All of
--         the later within the earlier: split off; all of the earlier within the later: merged.
-- reads:  -
-- writes: spatial_patchlink
-- params: patch_ids, nearly
UPDATE spatial_patchlink AS link
SET kind = named.kind
FROM (
    WITH touched AS MATERIALIZED (
        SELECT near_link.patch_id AS id
        FROM spatial_patchlink AS near_link
        WHERE
            near_link.patch_id = ANY(%(patch_ids)s::bigint[])
            OR near_link.earlier_id = ANY(%(patch_ids)s::bigint[])
        UNION
        SELECT near_link.earlier_id
        FROM spatial_patchlink AS near_link
        WHERE
            near_link.patch_id = ANY(%(patch_ids)s::bigint[])
            OR near_link.earlier_id = ANY(%(patch_ids)s::bigint[])
    ),

    asked AS MATERIALIZED (
        SELECT one.id, one.patch_id, one.earlier_id, one.share_of_patch, one.share_of_earlier
        FROM touched
        INNER JOIN spatial_patchlink AS one ON touched.id = one.patch_id
        UNION
        SELECT one.id, one.patch_id, one.earlier_id, one.share_of_patch, one.share_of_earlier
        FROM touched
        INNER JOIN spatial_patchlink AS one ON touched.id = one.earlier_id
    )

    SELECT
        asked.id,
        CASE
            WHEN least(asked.share_of_patch, asked.share_of_earlier) >= %(nearly)s THEN 'same'
            WHEN asked.share_of_patch > 0.5 AND of_earlier.parts > 0 THEN 'split'
            WHEN asked.share_of_earlier > 0.5 AND of_later.parts > 0 THEN 'merged'
            -- intersection over union above one half
            WHEN 1 / (1 / asked.share_of_patch + 1 / asked.share_of_earlier - 1) > 0.5 THEN 'same'
            WHEN asked.share_of_patch >= %(nearly)s THEN 'split'
            WHEN asked.share_of_earlier >= %(nearly)s THEN 'merged'
            ELSE 'overlap'
        END AS kind
    FROM asked
    CROSS JOIN LATERAL (
        SELECT count(*) AS parts
        FROM spatial_patchlink AS other
        WHERE
            other.earlier_id = asked.earlier_id
            AND other.patch_id <> asked.patch_id
            AND other.share_of_patch > 0.5
            AND NOT EXISTS (
                SELECT 1
                FROM spatial_patchlink AS common
                WHERE
                    (common.patch_id, common.earlier_id) IN (
                        (asked.patch_id, other.patch_id), (other.patch_id, asked.patch_id)
                    )
            )
    ) AS of_earlier
    CROSS JOIN LATERAL (
        SELECT count(*) AS parts
        FROM spatial_patchlink AS other
        WHERE
            other.patch_id = asked.patch_id
            AND other.earlier_id <> asked.earlier_id
            AND other.share_of_earlier > 0.5
            AND NOT EXISTS (
                SELECT 1
                FROM spatial_patchlink AS common
                WHERE
                    (common.patch_id, common.earlier_id) IN (
                        (asked.earlier_id, other.earlier_id), (other.earlier_id, asked.earlier_id)
                    )
            )
    ) AS of_later
) AS named
WHERE link.id = named.id AND link.kind <> named.kind
