-- what:   New patches that came with a word on whether they touch a layer, and how much of them
--         lies in the version that counted at their later image (undated: the newest). loaded is
--         false where the county has no version then. Ground is counted once.
-- reads:  import_row, import_place, spatial_patch, spatial_datasetversion, zone_part
-- writes: -
-- params: added_ids, layer, field
SELECT
    found.row,
    patch.jcbh,
    found.attributes ->> %(field)s AS said,
    version.id IS NOT NULL AS loaded,
    version.valid_from,
    coalesce(round(area_m2(touched.ground)::numeric, 2), 0) AS touched_m2,
    ST_X(ST_Transform(ST_PointOnSurface(touched.ground), 4490)) AS x,
    ST_Y(ST_Transform(ST_PointOnSurface(touched.ground), 4490)) AS y
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN spatial_patch AS patch
    ON
        patch.id = ANY(%(added_ids)s::bigint[])
        AND place.region_id = patch.region_id
        AND patch.jcbh = found.attributes ->> 'jcbh'
LEFT JOIN LATERAL (
    SELECT
        held.id,
        held.valid_from,
        held.declared_empty
    FROM spatial_datasetversion AS held
    WHERE
        held.layer_id = %(layer)s
        AND held.region_id = patch.region_id
        AND held.status = 'active'
        AND (patch.after_on IS NULL OR held.valid_from <= patch.after_on)
        AND (
            patch.after_on IS NULL
            OR held.valid_until IS NULL
            OR held.valid_until > patch.after_on
        )
    ORDER BY held.valid_from DESC, held.id DESC
    LIMIT 1
) AS version ON TRUE
LEFT JOIN LATERAL (
    SELECT
        ST_CollectionExtract(
            ST_Intersection(patch.ground, ST_Union(part.ground)), 3
        ) AS ground
    FROM zone_part AS part
    WHERE part.version_id = version.id AND ST_Intersects(part.ground, patch.ground)
) AS touched ON TRUE
WHERE found.attributes ->> %(field)s IS NOT NULL
ORDER BY found.row
