-- what:   Open ledger rows that the staged ones amend end now, in every county given.
-- reads:  -
-- writes: spatial_zone
-- params: staged_id, ledger_ids, recorded_at
UPDATE spatial_zone AS known
SET recorded_until = %(recorded_at)s
FROM spatial_zone AS staged
WHERE
    staged.version_id = %(staged_id)s
    AND known.version_id = ANY(%(ledger_ids)s::bigint[])
    AND known.recorded_until IS NULL
    AND known.recorded_from < %(recorded_at)s
    AND known.source_id = staged.source_id
    AND NOT (
        known.attributes = staged.attributes
        AND ST_AsBinary(known.geom) = ST_AsBinary(staged.geom)
    )
