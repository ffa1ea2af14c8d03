-- what:   Which pinned versions count, per county and window of the act, for each layer and
--         policy that the ruleset reads: before = the newest valid when the act may have begun,
--         and each that came into force while it may have begun; act = those and each that came
--         into force within the window; latest = the newest on
--         run.as_of; ledgers = the county's open ledger. Where no version covers the county and
--         the whole time asked about, there is a row with version null, which answers unknown.
-- reads:  chunk_place, spatial_run, spatial_runpin, spatial_datasetversion, spatial_notion,
--         spatial_layer
-- writes: chunk_version
-- params: run_id, subject_layers, group_layers, fact_layers
CREATE TEMPORARY TABLE chunk_version ON COMMIT DROP AS
WITH pinned AS MATERIALIZED (
    SELECT
        version.id,
        version.layer_id,
        version.region_id,
        version.valid_from,
        coalesce(version.valid_until, 'infinity'::date) AS valid_until,
        version.declared_empty
    FROM spatial_runpin AS pin
    INNER JOIN spatial_datasetversion AS version ON pin.version_id = version.id
    WHERE pin.run_id = %(run_id)s
),

wanted AS (
    SELECT notion.layer_id, notion.version_policy AS policy
    FROM spatial_notion AS notion
    INNER JOIN spatial_run AS run ON notion.ruleset_id = run.ruleset_id
    WHERE run.id = %(run_id)s AND notion.layer_id IS NOT NULL
    UNION
    SELECT layer.code, 'latest'
    FROM spatial_layer AS layer
    WHERE layer.code = 'township'
    UNION
    SELECT layer.code, CASE WHEN layer.nature = 'ledger' THEN '' ELSE 'act' END
    FROM spatial_layer AS layer
    WHERE
        layer.code = ANY(%(subject_layers)s)
        OR layer.code = ANY(%(group_layers)s)
        OR layer.code = ANY(%(fact_layers)s)
),

span AS (
    SELECT DISTINCT
        place.window_id,
        place.county_id,
        place.act_from,
        place.begun_by,
        place.act_to,
        run.as_of
    FROM chunk_place AS place
    CROSS JOIN spatial_run AS run
    WHERE run.id = %(run_id)s
),

asked AS (
    SELECT
        span.*,
        wanted.layer_id,
        wanted.policy,
        CASE wanted.policy WHEN 'latest' THEN span.as_of ELSE span.act_from END AS on_date
    FROM span
    CROSS JOIN wanted
),

newest AS (
    SELECT
        asked.window_id,
        asked.layer_id,
        asked.policy,
        found.id AS version_id,
        coalesce(found.declared_empty, FALSE) AS declared_empty,
        found.valid_from,
        found.valid_until,
        CASE asked.policy WHEN 'before' THEN asked.begun_by ELSE asked.act_to END AS last_day
    FROM asked
    LEFT JOIN LATERAL (
        SELECT pinned.id, pinned.declared_empty, pinned.valid_from, pinned.valid_until
        FROM pinned
        WHERE
            pinned.layer_id = asked.layer_id
            AND pinned.region_id = asked.county_id
            AND pinned.valid_from <= asked.on_date
        ORDER BY pinned.valid_from DESC, pinned.id DESC
        LIMIT 1
    ) AS found ON found.valid_until > asked.on_date
    WHERE asked.policy <> ''
),

within_window AS (
    SELECT DISTINCT ON (asked.window_id, asked.layer_id, asked.policy, pinned.valid_from)
        asked.window_id,
        asked.layer_id,
        asked.policy,
        pinned.id AS version_id,
        pinned.declared_empty,
        pinned.valid_from,
        pinned.valid_until,
        CASE asked.policy WHEN 'before' THEN asked.begun_by ELSE asked.act_to END AS last_day
    FROM asked
    INNER JOIN pinned
        ON
            asked.layer_id = pinned.layer_id
            AND asked.county_id = pinned.region_id
            AND pinned.valid_from > asked.act_from
            AND pinned.valid_from
            <= CASE asked.policy WHEN 'act' THEN asked.act_to ELSE asked.begun_by END
    WHERE asked.policy IN ('act', 'before')
    ORDER BY
        asked.window_id, asked.layer_id, asked.policy, pinned.valid_from, pinned.id DESC
),

snapshot AS (
    SELECT newest.*
    FROM newest
    UNION
    SELECT within_window.*
    FROM within_window
),

-- a span without an end, or a version that ended within it without a successor
uncovered AS (
    SELECT reign.window_id, reign.layer_id, reign.policy
    FROM (
        SELECT
            snapshot.*,
            lead(snapshot.valid_from) OVER (
                PARTITION BY snapshot.window_id, snapshot.layer_id, snapshot.policy
                ORDER BY snapshot.valid_from
            ) AS next_from
        FROM snapshot
        WHERE snapshot.policy IN ('act', 'before')
    ) AS reign
    WHERE
        reign.last_day IS NULL
        OR (
            reign.valid_until <= reign.last_day
            AND (reign.next_from IS NULL OR reign.valid_until < reign.next_from)
        )
),

ledger AS (
    SELECT
        asked.window_id,
        asked.layer_id,
        asked.policy,
        pinned.id AS version_id,
        coalesce(pinned.declared_empty, FALSE) AS declared_empty
    FROM asked
    LEFT JOIN pinned
        ON
            asked.layer_id = pinned.layer_id
            AND asked.county_id = pinned.region_id
            AND (
                NOT pinned.declared_empty
                OR (
                    pinned.valid_from <= coalesce(asked.act_from, asked.as_of)
                    AND pinned.valid_until > coalesce(asked.act_to, asked.as_of)
                )
            )
    WHERE asked.policy = ''
)

SELECT window_id, layer_id, policy, version_id, declared_empty
FROM snapshot
UNION
SELECT window_id, layer_id, policy, NULL, FALSE
FROM uncovered
UNION
SELECT window_id, layer_id, policy, version_id, declared_empty
FROM ledger
