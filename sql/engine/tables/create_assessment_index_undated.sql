-- what:   Find current assessments of a run whose act has no first or no last day: these are judged
--         as of the run's day, and anew on another day.
-- reads:  -
-- writes: spatial_assessment
-- params: -
CREATE INDEX assessment_undated ON spatial_assessment USING btree (run_id)
WHERE
is_current
AND (
    low_end(facts -> 'act_from') IS NULL
    OR coalesce(high_end(facts -> 'act_to'), 'infinity') = 'infinity'
)
