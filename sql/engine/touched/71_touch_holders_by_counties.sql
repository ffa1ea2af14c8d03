-- what:   Patches whose sums over their user's ground read a layer that came or went whole in a
--         county where that user has ground: the sums are, or were, known within bounds only.
-- reads:  touched_pair, touched_patch, spatial_patch, spatial_assessment, spatial_zone,
--         spatial_datasetversion
-- writes: touched_reason
-- params: summed_layers
INSERT INTO touched_reason (
    patch_id, kind, layer_id, county_id, was_id, now_id
)
SELECT DISTINCT
    patch.patch_id,
    'holder_whole',
    pair.layer_id,
    pair.county_id,
    nullif(pair.was_id, 0),
    nullif(pair.now_id, 0)
FROM touched_pair AS pair
INNER JOIN touched_patch AS patch ON pair.window_id = patch.window_id
WHERE
    pair.is_whole
    AND pair.layer_id = ANY(%(summed_layers)s)
    AND patch.county_id <> pair.county_id
    AND patch.has_sums
    AND (
        EXISTS (
            SELECT 1
            FROM spatial_patch AS held
            WHERE held.holder_id = patch.subject_id AND held.region_id = pair.county_id
        )
        OR EXISTS (
            SELECT 1
            FROM spatial_assessment AS judged
            INNER JOIN spatial_patch AS held ON judged.patch_id = held.id
            WHERE judged.subject_id = patch.subject_id AND held.region_id = pair.county_id
        )
        OR EXISTS (
            SELECT 1
            FROM spatial_zone AS held
            INNER JOIN spatial_datasetversion AS version ON held.version_id = version.id
            WHERE held.holder_id = patch.subject_id AND version.region_id = pair.county_id
        )
    )
