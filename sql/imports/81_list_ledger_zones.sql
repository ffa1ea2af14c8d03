-- what:   Of a staged ledger delivery the rows that it would add (new) and the open rows that it
--         would end (old): amended by the same source id, or of the paper that it withdraws.
-- reads:  spatial_zone, spatial_document
-- writes: diff_zone
-- params: staged_id, ledger_id, layer, withdrawn_key, class_field
CREATE TEMPORARY TABLE diff_zone ON COMMIT DROP AS
WITH staged AS (
    SELECT zone.*
    FROM spatial_zone AS zone
    WHERE zone.version_id = %(staged_id)s AND zone.recorded_until IS NULL
),

known AS (
    SELECT
        zone.*,
        coalesce(document.number_key = %(withdrawn_key)s, FALSE) AS is_withdrawn
    FROM spatial_zone AS zone
    LEFT JOIN spatial_document AS document
        ON zone.document_id = document.id AND document.layer_id = %(layer)s
    WHERE zone.version_id = %(ledger_id)s AND zone.recorded_until IS NULL
),

same AS (
    SELECT
        known.id AS known_id,
        staged.id AS staged_id
    FROM staged
    INNER JOIN known
        ON
            staged.source_id = known.source_id
            AND staged.attributes = known.attributes
            AND ST_AsBinary(staged.geom) = ST_AsBinary(known.geom)
),

chosen AS (
    SELECT staged.id, TRUE AS is_new, 'added' AS change
    FROM staged
    WHERE staged.id NOT IN (SELECT same.staged_id FROM same)
    UNION ALL
    SELECT
        known.id,
        FALSE,
        CASE
            WHEN
                EXISTS (SELECT 1 FROM staged WHERE staged.source_id = known.source_id)
                THEN 'amended'
            ELSE 'withdrawn'
        END
    FROM known
    WHERE
        known.id NOT IN (SELECT same.known_id FROM same)
        AND (
            known.is_withdrawn
            OR EXISTS (SELECT 1 FROM staged WHERE staged.source_id = known.source_id)
        )
)

SELECT
    zone.id AS zone_id,
    chosen.is_new,
    zone.source_id,
    coalesce(zone.attributes ->> %(class_field)s, '') AS class,
    zone.area_m2,
    md5(zone.geom::bytea)::uuid AS shape,
    jsonb_hash_extended(zone.attributes - 'source_code', 0) AS told,
    chosen.change
FROM chosen
INNER JOIN spatial_zone AS zone ON chosen.id = zone.id
