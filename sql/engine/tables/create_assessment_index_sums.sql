-- what:   Find current assessments by the user of the ground, where sums over all that user's
--         ground were taken.
-- reads:  -
-- writes: spatial_assessment
-- params: -
CREATE INDEX assessment_sums ON spatial_assessment USING btree (subject_id)
WHERE is_current AND (fallback OR facts::text ~ '"group\.')
