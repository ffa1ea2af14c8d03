-- what:   Whoever asks, in one row: the session of a key while it lasts, an account, the counties
--         under the account's region (of earlier dates too) and the secrecy of every layer. A
--         superuser without a region has every county. Without an account: the counties whose
--         codes begin as told.
-- reads:  django_session, spatial_user, spatial_region, spatial_layer
-- writes: -
-- params: session_key, user_id, code_digits, prefix
SELECT
    session.session_data,
    account.id AS user_id,
    account.password,
    account.is_active,
    account.is_superuser,
    account.roles,
    account.unit_id,
    county.ids AS county_ids,
    county.codes AS county_codes,
    county.names AS county_names,
    layer.codes AS layer_codes,
    layer.secrecies AS layer_secrecies
FROM (VALUES (%(prefix)s::text)) AS visitor (prefix)
LEFT JOIN
    django_session AS session
    ON
        session.session_key = %(session_key)s::text
        AND session.expire_date > now()
LEFT JOIN spatial_user AS account ON account.id = %(user_id)s::bigint
LEFT JOIN spatial_region AS home ON account.region_id = home.id
CROSS JOIN LATERAL (
    SELECT
        array_agg(region.id ORDER BY region.code, region.id) AS ids,
        array_agg(region.code ORDER BY region.code, region.id) AS codes,
        array_agg(region.name ORDER BY region.code, region.id) AS names
    FROM spatial_region AS region
    WHERE
        region.level = 'county'
        AND starts_with(
            region.code,
            CASE
                WHEN account.id IS NULL THEN visitor.prefix
                WHEN home.id IS NULL AND account.is_superuser THEN ''
                ELSE left(home.code, (%(code_digits)s::jsonb ->> home.level)::integer)
            END
        )
) AS county
CROSS JOIN LATERAL (
    SELECT
        array_agg(entry.code ORDER BY entry.code) AS codes,
        array_agg(entry.secrecy ORDER BY entry.code) AS secrecies
    FROM spatial_layer AS entry
) AS layer
