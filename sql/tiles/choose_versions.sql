-- what:   The versions of a layer that an address means. With a number: that one, of whichever
--         county. Else of the given counties: of a ledger all that are active, of a snapshot the
--         newest begun on a day. Each with its levels and the time at which they were made.
-- reads:  spatial_datasetversion, spatial_region, spatial_levelset
-- writes: -
-- params: layer_code, number, county_ids, is_ledger, on_day
WITH meant AS (
    SELECT
        version.id,
        version.region_id,
        version.status,
        version.valid_from,
        version.valid_until,
        version.declared_empty,
        row_number() OVER (
            PARTITION BY region.code ORDER BY version.valid_from DESC, version.id DESC
        ) AS place
    FROM spatial_datasetversion AS version
    INNER JOIN spatial_region AS region ON version.region_id = region.id
    WHERE
        version.layer_id = %(layer_code)s
        AND CASE
            WHEN %(number)s::bigint IS NOT NULL THEN version.id = %(number)s::bigint
            ELSE
                version.region_id = ANY(%(county_ids)s::bigint[])
                AND version.status = 'active'
                AND CASE
                    WHEN %(is_ledger)s THEN version.valid_from IS NULL
                    ELSE version.valid_from <= %(on_day)s
                END
        END
)

SELECT
    meant.id,
    meant.region_id,
    meant.status,
    meant.valid_from,
    made.built_at,
    ARRAY(SELECT jsonb_object_keys(made.numbers)::integer) AS levels
FROM meant
LEFT JOIN spatial_levelset AS made ON meant.id = made.version_id
WHERE
    %(number)s::bigint IS NOT NULL
    OR %(is_ledger)s
    OR (
        meant.place = 1
        AND NOT meant.declared_empty
        AND (meant.valid_until IS NULL OR meant.valid_until > %(on_day)s)
    )
ORDER BY meant.id
