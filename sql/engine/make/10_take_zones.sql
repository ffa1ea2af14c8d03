-- what:   The features of a layer that may become patches: of a ledger its open rows, of a snapshot
--         those of the newest version in force on the day. One feature in several counties'
--         versions is taken once, in the county that holds most of it. Each with the answer of
--         the tests (null: a field that they ask for was not delivered) and the number by which
--         people know it: its document's, else its code, else the source's.
-- reads:  spatial_layer, spatial_datasetversion, spatial_region, spatial_zone
-- writes: make_zone
-- params: layer, as_of, tests
CREATE TEMPORARY TABLE make_zone ON COMMIT DROP AS
WITH dated AS (
    SELECT
        version.id,
        version.region_id,
        layer.nature = 'ledger' AS is_ledger,
        coalesce(version.valid_until, 'infinity'::date) AS valid_until,
        row_number() OVER (
            PARTITION BY version.region_id ORDER BY version.valid_from DESC, version.id DESC
        ) AS age
    FROM spatial_datasetversion AS version
    INNER JOIN spatial_layer AS layer ON version.layer_id = layer.code
    WHERE
        version.layer_id = %(layer)s
        AND version.status = 'active'
        AND (layer.nature = 'ledger' OR version.valid_from <= %(as_of)s::date)
),

held AS (
    SELECT
        zone.id AS zone_id,
        zone.source_id,
        zone.code,
        zone.attributes,
        zone.geom,
        region.id AS region_id,
        region.code AS region_code,
        region.geom AS region_geom,
        md5(ST_AsBinary(zone.geom)) AS geom_key
    FROM dated
    INNER JOIN spatial_zone AS zone ON dated.id = zone.version_id
    INNER JOIN spatial_region AS region ON dated.region_id = region.id
    WHERE
        zone.recorded_until IS NULL
        AND (dated.is_ledger OR (dated.age = 1 AND dated.valid_until > %(as_of)s::date))
),

counted AS (
    SELECT
        held.*,
        count(*) OVER (PARTITION BY held.source_id, held.geom_key) AS county_count
    FROM held
),

placed AS (
    SELECT DISTINCT ON (counted.source_id, counted.geom_key)
        counted.*
    FROM counted
    ORDER BY
        counted.source_id,
        counted.geom_key,
        CASE
            WHEN counted.county_count > 1
                THEN area_m2(
                    ST_Transform(
                        ST_CollectionExtract(
                            ST_Intersection(counted.region_geom, counted.geom), 3
                        ),
                        990003
                    )
                )
        END DESC NULLS LAST,
        counted.region_code,
        counted.zone_id
)

SELECT
    placed.zone_id,
    placed.source_id,
    placed.region_id,
    placed.region_code,
    placed.geom_key,
    placed.attributes,
    tested.answer,
    tested.doubts,
    regexp_replace(
        coalesce(
            nullif(placed.attributes ->> 'document', ''), nullif(placed.code, ''), placed.source_id
        ),
        '[[:space:]/#?\\]+', '-', 'g'
    ) AS number,
    regexp_replace(placed.source_id, '[[:space:]/#?\\]+', '-', 'g') AS source_number
FROM placed
CROSS JOIN LATERAL (
    SELECT
        all_hold(
            count(*) FILTER (WHERE outcome.answer IS FALSE),
            count(*) FILTER (WHERE outcome.answer IS NULL)
        ) AS answer,
        string_agg(outcome.said, '；' ORDER BY outcome.said)
        FILTER (WHERE outcome.answer IS NULL) AS doubts
    FROM (
        SELECT
            test.value ->> 'text' AS said,
            test_answer(
                test.value ->> 'op', test.value ->> 'kind', (test.value ->> 'negate')::boolean,
                test.value -> 'left', nullif(test.value -> 'right', 'null'::jsonb),
                '{}'::jsonb, placed.attributes
            ) AS answer
        FROM jsonb_array_elements(%(tests)s::jsonb) AS test
    ) AS outcome
) AS tested
