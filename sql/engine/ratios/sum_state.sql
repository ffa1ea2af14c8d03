-- what:   One text that changes whenever a ratio may: what was applied last, the newest fact of
--         each kind (facts are only ever added), the patches, their links, what is told of batches,
--         the regions, townships, rulesets and official figures.
-- reads:  spatial_run, spatial_determination, spatial_rectification, spatial_exclusion,
--         spatial_officialfigure, spatial_patch, spatial_patchlink, spatial_batch, spatial_region,
--         spatial_datasetversion, spatial_rulesetversion
-- writes: -
-- params: -
SELECT
    concat_ws(
        ' ',
        (SELECT concat_ws('/', max(run.applied_at), max(run.id)) FROM spatial_run AS run),
        (
            SELECT concat_ws('/', max(fact.id), max(fact.recorded_at))
            FROM spatial_determination AS fact
        ),
        (
            SELECT concat_ws('/', max(fact.id), max(fact.recorded_at))
            FROM spatial_rectification AS fact
        ),
        (
            SELECT concat_ws('/', max(fact.id), max(fact.recorded_at))
            FROM spatial_exclusion AS fact
        ),
        (
            SELECT concat_ws('/', max(figure.id), max(figure.recorded_at))
            FROM spatial_officialfigure AS figure
        ),
        (
            SELECT concat_ws('/', max(patch.id), max(patch.created_at), count(*))
            FROM spatial_patch AS patch
        ),
        (SELECT concat_ws('/', max(link.id), count(*)) FROM spatial_patchlink AS link),
        (SELECT max(ruleset.id) FROM spatial_rulesetversion AS ruleset),
        (
            SELECT
                md5(
                    string_agg(
                        concat_ws(
                            '/', batch.id, batch.source, batch.period, batch.issued_on,
                            batch.ruleset
                        ),
                        ' ' ORDER BY batch.id
                    )
                )
            FROM spatial_batch AS batch
        ),
        (
            SELECT
                md5(
                    string_agg(
                        concat_ws('/', region.id, region.code, region.name, region.valid_until),
                        ' ' ORDER BY region.id
                    )
                )
            FROM spatial_region AS region
        ),
        (
            SELECT
                md5(
                    string_agg(
                        concat_ws('/', version.id, version.status), ' ' ORDER BY version.id
                    )
                )
            FROM spatial_datasetversion AS version
            WHERE version.layer_id = 'township'
        )
    ) AS state
