-- what:   Every table of facts refuses change by a trigger.
-- reads:  pg_trigger, pg_class
-- writes: -
-- params: -
SELECT guarded.name
FROM (
    VALUES
    ('spatial_determination'), ('spatial_rectification'), ('spatial_exclusion'),
    ('spatial_fieldresult'), ('spatial_subjectcorrection'), ('spatial_officialfigure'),
    ('spatial_referral'), ('spatial_reviewaction')
) AS guarded (name)
WHERE NOT EXISTS (
    SELECT 1
    FROM pg_trigger AS guard
    INNER JOIN pg_class AS relation ON guard.tgrelid = relation.oid
    WHERE relation.relname = guarded.name AND guard.tgname = 'append_only'
)
ORDER BY guarded.name
