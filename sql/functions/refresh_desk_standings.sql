-- what:   Work out anew where some patches stand, as the desk keeps it; the rest of its rows does
--         not change with a decision. Rows are locked first: see refresh_desk_rows.
-- reads:  desk_standing
-- writes: spatial_deskrow
-- params: -
CREATE OR REPLACE FUNCTION refresh_desk_standings(patch_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM 1 FROM spatial_deskrow AS kept
    WHERE kept.patch_id = ANY(patch_ids) ORDER BY kept.patch_id FOR UPDATE;
    UPDATE spatial_deskrow AS kept
    SET status = stand.status, overtaken = stand.overtaken
    FROM unnest(patch_ids) AS asked (patch_id)
    CROSS JOIN LATERAL (
        SELECT told.* FROM desk_standing AS told
        WHERE told.patch_id = asked.patch_id OFFSET 0
    ) AS stand
    WHERE kept.patch_id = asked.patch_id;
END
$$
