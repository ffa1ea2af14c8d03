-- what:   Patches whose sums over their user's ground count a patch that came, or that may be
--         counted for another user: those of the same user that stand after it in time.
-- reads:  touched_user, touched_patch, spatial_patch, spatial_batch, spatial_region
-- writes: touched_reason
-- params: -
INSERT INTO touched_reason (patch_id, kind, other_id, holder_id)
SELECT DISTINCT
    patch.patch_id,
    'holder_patch',
    other.id,
    counted.holder_id
FROM touched_user AS counted
INNER JOIN touched_patch AS patch
    ON
        counted.holder_id = patch.subject_id
        AND counted.patch_id <> patch.patch_id
        AND (counted.run_id IS NULL OR counted.run_id = patch.run_id)
INNER JOIN spatial_patch AS other ON counted.patch_id = other.id
INNER JOIN spatial_batch AS batch ON other.batch_id = batch.id
INNER JOIN spatial_region AS region ON other.region_id = region.id
INNER JOIN spatial_patch AS own ON patch.patch_id = own.id
INNER JOIN spatial_batch AS own_batch ON own.batch_id = own_batch.id
INNER JOIN spatial_region AS own_region ON own.region_id = own_region.id
WHERE
    patch.has_sums
    AND (coalesce(other.after_on, 'infinity'::date), batch.code, region.code, other.jcbh)
    <= (coalesce(own.after_on, 'infinity'::date), own_batch.code, own_region.code, own.jcbh)
