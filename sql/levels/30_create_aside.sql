-- what:   Where the levels of a version are put together before anybody reads them.
-- reads:  -
-- writes: derived_level
-- params: -
CREATE TEMPORARY TABLE derived_level (LIKE zone_level) ON COMMIT DROP
