-- what:   What changed, with the patches that it touches: one row a version, paper, row, fact, or
--         other patch. opened and closed tell a ledger's row that is new from one that ended.
-- reads:  touched_reason, touched_zone, spatial_zone, spatial_document, spatial_layer,
--         spatial_region, spatial_datasetversion, spatial_patch, spatial_batch, spatial_holder,
--         spatial_fieldresult, spatial_subjectcorrection
-- writes: -
-- params: until
WITH named AS (
    SELECT
        reason.patch_id,
        reason.kind,
        reason.layer_id,
        layer.term AS layer,
        reason.county_id,
        coalesce(county.code, other_county.code) AS county,
        county.name AS county_name,
        reason.was_id,
        reason.now_id,
        was.valid_from AS was_from,
        new.valid_from AS now_from,
        coalesce(new.declared_empty, FALSE) AS declared_empty,
        CASE
            WHEN changed.seen_from IS NOT NULL
                THEN coalesce(document.number, nullif(zone.name, ''), zone.code)
        END AS row_name,
        changed.seen_from <= %(until)s AND coalesce(changed.seen_until > %(until)s, TRUE)
            AS is_open,
        result."on" AS result_on,
        result.result,
        correction."on" AS corrected_on,
        holder.name AS holder,
        other_batch.code || '/' || other_county.code || '/' || other.jcbh AS other
    FROM touched_reason AS reason
    LEFT JOIN spatial_layer AS layer ON reason.layer_id = layer.code
    LEFT JOIN spatial_region AS county ON reason.county_id = county.id
    LEFT JOIN spatial_datasetversion AS was ON reason.was_id = was.id
    LEFT JOIN spatial_datasetversion AS new ON reason.now_id = new.id
    LEFT JOIN spatial_zone AS zone ON reason.zone_id = zone.id
    LEFT JOIN spatial_document AS document ON zone.document_id = document.id
    LEFT JOIN touched_zone AS changed
        ON reason.zone_id = changed.zone_id AND changed.seen_from IS NOT NULL
    LEFT JOIN spatial_fieldresult AS result
        ON reason.kind = 'field_result' AND reason.fact_id = result.id
    LEFT JOIN spatial_subjectcorrection AS correction
        ON reason.kind = 'correction' AND reason.fact_id = correction.id
    LEFT JOIN spatial_holder AS holder ON reason.holder_id = holder.id
    LEFT JOIN spatial_patch AS other ON reason.other_id = other.id
    LEFT JOIN spatial_batch AS other_batch ON other.batch_id = other_batch.id
    LEFT JOIN spatial_region AS other_county ON other.region_id = other_county.id
)

SELECT
    named.kind,
    named.layer_id,
    named.layer,
    named.county,
    named.county_name,
    named.was_id,
    named.now_id,
    named.was_from,
    named.now_from,
    named.declared_empty,
    named.row_name,
    coalesce(bool_or(named.is_open), FALSE) AS opened,
    coalesce(bool_or(NOT named.is_open), FALSE) AS closed,
    named.result_on,
    named.result,
    named.corrected_on,
    named.holder,
    named.other,
    array_agg(DISTINCT named.patch_id ORDER BY named.patch_id) AS patch_ids
FROM named
GROUP BY
    named.kind, named.layer_id, named.layer, named.county, named.county_name,
    named.was_id, named.now_id, named.was_from, named.now_from, named.declared_empty,
    named.row_name, named.result_on, named.result, named.corrected_on, named.holder, named.other
ORDER BY
    named.kind, named.layer_id, named.county, named.now_from, named.row_name, named.holder,
    named.other, named.result_on, named.corrected_on, named.was_id, named.now_id
