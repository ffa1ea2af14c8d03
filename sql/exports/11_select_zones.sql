-- what:   The zones of these versions that pass the tests, in the order of delivery; of a ledger
--         those on record at known_at. A feature that went into several counties' versions is
--         taken once. ``answer`` null: a field that the tests ask for was not delivered.
-- reads:  spatial_zone
-- writes: export_row
-- params: version_ids, known_at, tests
CREATE TEMPORARY TABLE export_row ON COMMIT DROP AS
SELECT
    zone.id,
    tested.answer,
    row_number() OVER (ORDER BY zone.version_id, zone.source_row, zone.id) AS seq
FROM spatial_zone AS zone
CROSS JOIN LATERAL (
    SELECT
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.answer IS NULL)
        ) AS answer
    FROM (
        SELECT
            test_answer(
                test.value ->> 'op', test.value ->> 'kind', (test.value ->> 'negate')::boolean,
                test.value -> 'left', nullif(test.value -> 'right', 'null'::jsonb),
                '{}'::jsonb, zone.attributes
            ) AS answer
        FROM jsonb_array_elements(%(tests)s::jsonb) AS test
    ) AS outcome
) AS tested
WHERE
    zone.version_id = ANY(%(version_ids)s::bigint[])
    AND (zone.recorded_from IS NULL OR zone.recorded_from <= %(known_at)s::timestamptz)
    AND (zone.recorded_until IS NULL OR zone.recorded_until > %(known_at)s::timestamptz)
    AND tested.answer IS NOT FALSE
    AND NOT EXISTS (
        SELECT 1
        FROM spatial_zone AS twin
        WHERE
            twin.version_id = ANY(%(version_ids)s::bigint[])
            AND twin.version_id < zone.version_id
            AND twin.source_id = zone.source_id
            AND twin.recorded_until IS NOT DISTINCT FROM zone.recorded_until
            AND ST_AsBinary(twin.geom) = ST_AsBinary(zone.geom)
    )
