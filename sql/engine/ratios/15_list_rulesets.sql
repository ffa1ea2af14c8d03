-- what:   By which versions of the ruleset the patches were judged, the newest first.
-- reads:  ratio_patch, spatial_rulesetversion
-- writes: -
-- params: -
SELECT
    ruleset.id,
    ruleset.name,
    ruleset.title,
    ruleset.version,
    ruleset.settings -> 'ratio' AS ratio,
    count(*) AS patch_count
FROM ratio_patch AS chosen
INNER JOIN spatial_rulesetversion AS ruleset ON chosen.ruleset_id = ruleset.id
GROUP BY ruleset.id
ORDER BY ruleset.id DESC
