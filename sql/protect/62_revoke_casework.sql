-- what:   The ledger of cases, its seals and the evidence are added to, never changed or removed,
--         by the web process.
-- reads:  -
-- writes: -
-- params: -
REVOKE UPDATE, DELETE, TRUNCATE
ON casework_caseevent, casework_evidence, casework_seal, casework_campaignmeasure
FROM gisland_web
