-- what:   Staged ledger rows that say what an open row says already: nothing to record.
-- reads:  -
-- writes: spatial_zone
-- params: staged_id, ledger_id
DELETE FROM spatial_zone AS staged
USING spatial_zone AS known
WHERE
    staged.version_id = %(staged_id)s
    AND known.version_id = %(ledger_id)s
    AND known.recorded_until IS NULL
    AND known.source_id = staged.source_id
    AND known.attributes = staged.attributes
    AND ST_AsBinary(known.geom) = ST_AsBinary(staged.geom)
