-- what:   The staged rows that are left join the county's ledger.
-- reads:  -
-- writes: spatial_zone
-- params: staged_id, ledger_id, recorded_at
UPDATE spatial_zone
SET version_id = %(ledger_id)s, recorded_from = %(recorded_at)s
WHERE version_id = %(staged_id)s
RETURNING id
