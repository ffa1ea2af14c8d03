-- what:   For each window and county the versions that counted and those that count now, day by
--         day of the window, where they are not the same: pairs whose zones must be compared.
--         is_whole where a county had no version and has one, or the other way round (for layers
--         that must cover it: a version that holds something); then all of its ground is touched.
-- reads:  touched_patch, touched_moved, spatial_datasetversion, spatial_layer, spatial_notion
-- writes: touched_pair
-- params: ruleset_id, until, dated_layers
CREATE TEMPORARY TABLE touched_pair ON COMMIT DROP AS
WITH span AS (
    SELECT DISTINCT
        patch.window_id, patch.since, patch.as_of_was, patch.as_of_now,
        patch.act_first, patch.act_from_last, patch.act_last
    FROM touched_patch AS patch
    WHERE patch.assessment_id IS NOT NULL
),

wanted AS (
    SELECT notion.layer_id, notion.version_policy AS policy
    FROM spatial_notion AS notion
    WHERE notion.ruleset_id = %(ruleset_id)s AND notion.layer_id IS NOT NULL
    UNION
    SELECT layer.code, CASE WHEN layer.nature = 'ledger' THEN '' ELSE 'act' END
    FROM spatial_layer AS layer
    WHERE layer.code = ANY(%(dated_layers)s)
    UNION
    SELECT layer.code, 'latest'
    FROM spatial_layer AS layer
    WHERE layer.code = 'township'
),

asked AS (
    SELECT
        span.*,
        moved.layer_id,
        moved.county_id,
        layer.coverage,
        wanted.policy,
        CASE wanted.policy WHEN 'before' THEN span.act_from_last ELSE span.act_last END AS last_day
    FROM span
    CROSS JOIN touched_moved AS moved
    INNER JOIN wanted ON moved.layer_id = wanted.layer_id
    INNER JOIN spatial_layer AS layer ON moved.layer_id = layer.code
),

-- what counts changes only on days on which a version begins or ends
day AS (
    SELECT DISTINCT asked.*, asked.as_of_was AS was_on, asked.as_of_now AS now_on
    FROM asked
    WHERE asked.policy = 'latest'
    UNION
    SELECT asked.*, asked.act_first, asked.act_first
    FROM asked
    WHERE asked.policy IN ('before', 'act')
    UNION
    SELECT asked.*, turn.on_date, turn.on_date
    FROM asked
    INNER JOIN spatial_datasetversion AS version
        ON
            asked.layer_id = version.layer_id
            AND asked.county_id = version.region_id
            AND version.status IN ('active', 'retired')
    CROSS JOIN LATERAL (
        VALUES (version.valid_from), (version.valid_until)
    ) AS turn (on_date)
    WHERE
        asked.policy IN ('before', 'act')
        AND turn.on_date > asked.act_first
        AND turn.on_date <= asked.last_day
),

in_force AS (
    SELECT
        day.window_id,
        day.layer_id,
        day.county_id,
        day.coverage,
        was.id AS was_id,
        new.id AS now_id,
        was.holds_any AS was_holds_any,
        new.holds_any AS now_holds_any
    FROM day
    LEFT JOIN LATERAL (
        SELECT
            version.id,
            version.valid_until,
            version.zone_count > 0 AND NOT version.declared_empty AS holds_any
        FROM spatial_datasetversion AS version
        WHERE
            version.layer_id = day.layer_id
            AND version.region_id = day.county_id
            AND version.status IN ('active', 'retired')
            AND version.activated_at <= day.since
            AND (version.retired_at IS NULL OR version.retired_at > day.since)
            AND version.valid_from <= day.was_on
        ORDER BY version.valid_from DESC, version.id DESC
        LIMIT 1
    ) AS was ON coalesce(was.valid_until, 'infinity'::date) > day.was_on
    LEFT JOIN LATERAL (
        SELECT
            version.id,
            version.valid_until,
            version.zone_count > 0 AND NOT version.declared_empty AS holds_any
        FROM spatial_datasetversion AS version
        WHERE
            version.layer_id = day.layer_id
            AND version.region_id = day.county_id
            AND version.status IN ('active', 'retired')
            AND version.activated_at <= %(until)s
            AND (version.retired_at IS NULL OR version.retired_at > %(until)s)
            AND version.valid_from <= day.now_on
        ORDER BY version.valid_from DESC, version.id DESC
        LIMIT 1
    ) AS new ON coalesce(new.valid_until, 'infinity'::date) > day.now_on
),

-- a ledger is there or not; an office's word counts while it covers the whole window
ledger AS (
    SELECT
        asked.window_id,
        asked.layer_id,
        asked.county_id,
        was.version_ids AS was_ids,
        new.version_ids AS now_ids
    FROM asked
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN count(*) FILTER (WHERE version.valid_from IS NULL) > 0
                    THEN ARRAY[0::bigint]
                ELSE coalesce(array_agg(version.id ORDER BY version.id), '{}'::bigint[])
            END AS version_ids
        FROM spatial_datasetversion AS version
        WHERE
            version.layer_id = asked.layer_id
            AND version.region_id = asked.county_id
            AND version.status IN ('active', 'retired')
            AND version.activated_at <= asked.since
            AND (version.retired_at IS NULL OR version.retired_at > asked.since)
            AND (
                version.valid_from IS NULL
                OR asked.act_first = '-infinity'::date
                OR asked.act_last = 'infinity'::date
                OR (
                    version.valid_from <= asked.act_first
                    AND version.valid_until > asked.act_last
                )
            )
    ) AS was
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN count(*) FILTER (WHERE version.valid_from IS NULL) > 0
                    THEN ARRAY[0::bigint]
                ELSE coalesce(array_agg(version.id ORDER BY version.id), '{}'::bigint[])
            END AS version_ids
        FROM spatial_datasetversion AS version
        WHERE
            version.layer_id = asked.layer_id
            AND version.region_id = asked.county_id
            AND version.status IN ('active', 'retired')
            AND version.activated_at <= %(until)s
            AND (version.retired_at IS NULL OR version.retired_at > %(until)s)
            AND (
                version.valid_from IS NULL
                OR asked.act_first = '-infinity'::date
                OR asked.act_last = 'infinity'::date
                OR (
                    version.valid_from <= asked.act_first
                    AND version.valid_until > asked.act_last
                )
            )
    ) AS new
    WHERE asked.policy = ''
)

SELECT DISTINCT
    in_force.window_id,
    in_force.layer_id,
    in_force.county_id,
    in_force.was_id,
    in_force.now_id,
    in_force.was_id IS NULL
    OR in_force.now_id IS NULL
    OR (in_force.coverage AND in_force.was_holds_any <> in_force.now_holds_any) AS is_whole
FROM in_force
WHERE in_force.was_id IS DISTINCT FROM in_force.now_id
UNION
SELECT
    ledger.window_id,
    ledger.layer_id,
    ledger.county_id,
    CASE WHEN ledger.was_ids <> '{}' THEN 0 END,
    CASE WHEN ledger.now_ids <> '{}' THEN 0 END,
    TRUE
FROM ledger
WHERE
    ledger.was_ids <> ledger.now_ids
    AND (ledger.was_ids = '{}' OR ledger.now_ids = '{}')
