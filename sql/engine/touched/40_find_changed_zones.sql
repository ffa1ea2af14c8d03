-- what:   The zones that differ: of each pair of versions those that the other does not hold just
--         so (ground, attributes, holder); of ledgers the rows recorded or closed since the oldest
--         assessment. Where a pair is whole, only zones with a holder are listed, of layers that
--         are summed per holder: the ground itself is touched throughout.
-- reads:  touched_pair, touched_run, spatial_zone, spatial_datasetversion, spatial_layer
-- writes: touched_zone
-- params: layers, summed_layers, until
CREATE TEMPORARY TABLE touched_zone ON COMMIT DROP AS
WITH pair AS MATERIALIZED (
    SELECT DISTINCT
        found.layer_id, found.county_id, found.was_id, found.now_id,
        found.was_id IS NULL OR found.now_id IS NULL AS is_alone
    FROM touched_pair AS found
    WHERE
        coalesce(found.was_id, found.now_id) <> 0
        AND coalesce(found.now_id, found.was_id) <> 0
        AND (
            (found.was_id IS NOT NULL AND found.now_id IS NOT NULL)
            OR found.layer_id = ANY(%(summed_layers)s)
        )
),

print AS MATERIALIZED (
    SELECT
        zone.id,
        zone.version_id,
        zone.holder_id,
        md5(
            ST_AsBinary(zone.geom)::text || zone.code || zone.attributes::text
            || coalesce(zone.holder_id, 0)
        ) AS told
    FROM spatial_zone AS zone
    WHERE zone.version_id IN (
        SELECT pair.was_id
        FROM pair
        UNION
        SELECT pair.now_id
        FROM pair
    )
),

span AS (
    SELECT
        least(min(run.since), %(until)s) AS known_from,
        greatest(max(run.since), %(until)s) AS known_to
    FROM touched_run AS run
),

ledger AS MATERIALIZED (
    SELECT version.id, version.layer_id, version.region_id, version.activated_at, version.retired_at
    FROM spatial_datasetversion AS version
    INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
    WHERE
        layer.nature = 'ledger'
        AND version.layer_id = ANY(%(layers)s)
        AND version.valid_from IS NULL
        AND version.status IN ('active', 'retired')
),

-- each by an index of its own: never through all rows
stirred AS (
    SELECT zone.id
    FROM spatial_zone AS zone
    WHERE
        zone.recorded_from > (SELECT span.known_from FROM span)
        AND zone.recorded_from <= (SELECT span.known_to FROM span)
    UNION
    SELECT zone.id
    FROM spatial_zone AS zone
    WHERE
        zone.recorded_until > (SELECT span.known_from FROM span)
        AND zone.recorded_until <= (SELECT span.known_to FROM span)
    UNION
    SELECT zone.id
    FROM ledger
    CROSS JOIN span
    INNER JOIN spatial_zone AS zone ON ledger.id = zone.version_id
    WHERE
        (ledger.activated_at > span.known_from AND ledger.activated_at <= span.known_to)
        OR (ledger.retired_at > span.known_from AND ledger.retired_at <= span.known_to)
)

SELECT
    pair.layer_id,
    pair.county_id,
    pair.was_id,
    pair.now_id,
    print.id AS zone_id,
    print.version_id,
    print.holder_id,
    NULL::timestamptz AS seen_from,
    NULL::timestamptz AS seen_until
FROM pair
INNER JOIN print ON print.version_id IN (pair.was_id, pair.now_id)
WHERE
    (NOT pair.is_alone OR print.holder_id IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1
        FROM print AS twin
        WHERE
            twin.version_id
            = CASE WHEN print.version_id = pair.was_id THEN pair.now_id ELSE pair.was_id END
            AND twin.told = print.told
    )
UNION ALL
SELECT
    ledger.layer_id,
    ledger.region_id,
    NULL,
    NULL,
    zone.id,
    zone.version_id,
    zone.holder_id,
    greatest(zone.recorded_from, ledger.activated_at),
    least(zone.recorded_until, ledger.retired_at)
FROM stirred
INNER JOIN spatial_zone AS zone ON stirred.id = zone.id
INNER JOIN ledger ON zone.version_id = ledger.id
