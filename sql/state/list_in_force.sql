-- what:   For each layer and county what counts on a day (the newest version begun by then; a
--         ledger is whole; an office's word that there is none, also when its time is over), what
--         is staged, what begins later, and the file that a ledger took in last.
-- reads:  spatial_layer, spatial_region, spatial_datasetversion
-- writes: -
-- params: county_ids, layer_codes, today
WITH asked AS (
    SELECT
        layer.code AS layer_code,
        layer.term,
        layer.nature,
        county.id AS county_id,
        county.code AS county_code,
        county.name AS county_name
    FROM spatial_layer AS layer
    CROSS JOIN spatial_region AS county
    WHERE
        layer.code = ANY(%(layer_codes)s)
        AND county.id = ANY(%(county_ids)s)
        AND county.level = 'county'
        AND county.valid_until IS NULL
),

version AS (
    SELECT
        known.id,
        known.layer_id,
        known.region_id,
        known.status,
        known.valid_from,
        known.valid_until,
        known.declared_empty,
        known.declared_by,
        known.source_name,
        known.zone_count,
        known.created_at,
        (known.valid_from IS NULL OR known.valid_from <= %(today)s) AS begun
    FROM spatial_datasetversion AS known
    WHERE
        known.layer_id = ANY(%(layer_codes)s)
        AND known.region_id = ANY(%(county_ids)s)
        AND known.status IN ('active', 'staged', 'merged')
),

counts AS (
    SELECT DISTINCT ON (version.layer_id, version.region_id)
        version.layer_id,
        version.region_id,
        version.id,
        version.valid_from,
        version.valid_until,
        version.declared_empty,
        version.declared_by,
        version.source_name,
        version.zone_count
    FROM version
    WHERE version.status = 'active' AND version.begun
    ORDER BY
        version.layer_id,
        version.region_id,
        (version.valid_from IS NULL AND version.zone_count > 0) DESC,
        version.valid_from DESC NULLS FIRST,
        version.id DESC
),

merged AS (
    SELECT DISTINCT ON (version.layer_id, version.region_id)
        version.layer_id,
        version.region_id,
        version.source_name,
        version.created_at
    FROM version
    WHERE version.status = 'merged'
    ORDER BY version.layer_id, version.region_id, version.id DESC
),

beside AS (
    SELECT
        version.layer_id,
        version.region_id,
        count(*) FILTER (WHERE version.status = 'active') AS active_count,
        json_agg(
            json_build_object('id', version.id, 'valid_from', version.valid_from)
            ORDER BY version.valid_from, version.id
        ) FILTER (WHERE version.status = 'staged') AS staged,
        json_agg(
            json_build_object('id', version.id, 'valid_from', version.valid_from)
            ORDER BY version.valid_from, version.id
        ) FILTER (WHERE version.status = 'active' AND NOT version.begun) AS later
    FROM version
    GROUP BY version.layer_id, version.region_id
)

SELECT
    asked.layer_code,
    asked.term,
    asked.nature,
    asked.county_code,
    asked.county_name,
    counts.id,
    counts.valid_from,
    counts.valid_until,
    counts.declared_empty,
    counts.declared_by,
    counts.zone_count,
    CASE
        WHEN counts.valid_from IS NULL AND merged.source_name <> '' THEN merged.source_name
        ELSE counts.source_name
    END AS source_name,
    CASE WHEN counts.valid_from IS NULL THEN merged.created_at END AS merged_at,
    coalesce(beside.active_count, 0) AS active_count,
    coalesce(beside.staged, '[]'::json) AS staged,
    coalesce(beside.later, '[]'::json) AS later
FROM asked
LEFT JOIN counts
    ON asked.layer_code = counts.layer_id AND asked.county_id = counts.region_id
LEFT JOIN merged
    ON asked.layer_code = merged.layer_id AND asked.county_id = merged.region_id
LEFT JOIN beside
    ON asked.layer_code = beside.layer_id AND asked.county_id = beside.region_id
ORDER BY asked.nature DESC, asked.layer_code, asked.county_code
