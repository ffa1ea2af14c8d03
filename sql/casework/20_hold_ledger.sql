-- what:   Let nobody write to the ledger until this transaction ends, so that a seal covers all
--         events up to its last.
-- reads:  casework_caseevent
-- writes: -
-- params: -
LOCK TABLE casework_caseevent IN SHARE MODE
