-- what:   The ground of patches that no partition closes, as one piece each: its area is known,
--         what it touches is not.
-- reads:  chunk_patch
-- writes: chunk_piece
-- params: -
CREATE TEMPORARY TABLE chunk_piece ON COMMIT DROP AS
SELECT
    patch.assessment_id,
    1::bigint AS seq,
    '{}'::bigint[] AS zone_ids,
    patch.exact_area_m2 AS exact_m2,
    patch.area_m2,
    ST_Multi(patch.ground) AS ground,
    patch.county_id,
    '' AS township_code
FROM chunk_patch AS patch
