-- what:   Facts about ground are added, never changed or removed, by the web process.
-- reads:  -
-- writes: -
-- params: -
REVOKE UPDATE, DELETE, TRUNCATE
ON spatial_determination, spatial_rectification, spatial_exclusion, spatial_fieldresult,
spatial_subjectcorrection, spatial_officialfigure, spatial_referral, spatial_reviewaction
FROM gisland_web
