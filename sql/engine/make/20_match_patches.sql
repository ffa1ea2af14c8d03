-- what:   Which features are patches of the batch already: by the source's id; and, for a patch
--         whose feature is no longer there under that id (another file without codes of its own),
--         by the same number, or by the same geometry and attributes.
-- reads:  make_zone, spatial_patch, spatial_zone
-- writes: make_match
-- params: batch_id
CREATE TEMPORARY TABLE make_match ON COMMIT DROP AS
WITH known AS MATERIALIZED (
    SELECT
        patch.id AS patch_id,
        patch.region_id,
        patch.jcbh,
        patch.attributes,
        source.source_id,
        md5(ST_AsBinary(patch.geom)) AS geom_key
    FROM spatial_patch AS patch
    INNER JOIN spatial_zone AS source ON patch.zone_id = source.id
    WHERE patch.batch_id = %(batch_id)s
),

by_source AS MATERIALIZED (
    SELECT wanted.zone_id, known.patch_id
    FROM make_zone AS wanted
    INNER JOIN known
        ON wanted.region_id = known.region_id AND wanted.source_id = known.source_id
),

orphan AS MATERIALIZED (
    SELECT
        known.*,
        row_number() OVER (
            PARTITION BY known.region_id, known.geom_key, known.attributes ORDER BY known.patch_id
        ) AS twin
    FROM known
    WHERE NOT EXISTS (SELECT 1 FROM by_source WHERE by_source.patch_id = known.patch_id)
),

fresh AS MATERIALIZED (
    SELECT
        wanted.*,
        count(*) OVER (PARTITION BY wanted.region_id, wanted.number) AS same_number,
        row_number() OVER (
            PARTITION BY wanted.region_id, wanted.geom_key, wanted.attributes
            ORDER BY wanted.zone_id
        ) AS twin
    FROM make_zone AS wanted
    WHERE NOT EXISTS (SELECT 1 FROM by_source WHERE by_source.zone_id = wanted.zone_id)
),

by_number AS MATERIALIZED (
    SELECT fresh.zone_id, orphan.patch_id
    FROM fresh
    INNER JOIN orphan ON fresh.region_id = orphan.region_id AND fresh.number = orphan.jcbh
    WHERE fresh.same_number = 1
)

SELECT zone_id, patch_id
FROM by_source
UNION ALL
SELECT zone_id, patch_id
FROM by_number
UNION ALL
SELECT fresh.zone_id, orphan.patch_id
FROM fresh
INNER JOIN orphan
    ON
        fresh.region_id = orphan.region_id
        AND fresh.geom_key = orphan.geom_key
        AND fresh.attributes = orphan.attributes
        AND fresh.twin = orphan.twin
WHERE
    NOT EXISTS (SELECT 1 FROM by_number WHERE by_number.zone_id = fresh.zone_id)
    AND NOT EXISTS (SELECT 1 FROM by_number WHERE by_number.patch_id = orphan.patch_id)
