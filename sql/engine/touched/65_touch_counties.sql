-- what:   All patches that read a county where a layer came or went whole, if their window sees it.
-- reads:  touched_pair, touched_patch, touched_place
-- writes: touched_reason
-- params: -
INSERT INTO touched_reason (patch_id, kind, layer_id, county_id, was_id, now_id)
SELECT
    patch.patch_id,
    'whole',
    pair.layer_id,
    pair.county_id,
    nullif(pair.was_id, 0),
    nullif(pair.now_id, 0)
FROM touched_pair AS pair
INNER JOIN touched_patch AS patch ON pair.window_id = patch.window_id
WHERE
    pair.is_whole
    AND patch.assessment_id IS NOT NULL
    AND (
        patch.county_id = pair.county_id
        OR (patch.patch_id, pair.county_id) IN (
            SELECT place.patch_id, place.county_id
            FROM touched_place AS place
        )
    )
