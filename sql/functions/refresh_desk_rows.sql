-- what:   Work out anew what the desk keeps of some patches. Rows are locked first, so that of two
--         who change one patch at once the later sees what the earlier did.
-- reads:  desk_summary
-- writes: spatial_deskrow
-- params: -
CREATE OR REPLACE FUNCTION refresh_desk_rows(patch_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM 1 FROM spatial_deskrow AS kept
    WHERE kept.patch_id = ANY(patch_ids) ORDER BY kept.patch_id FOR UPDATE;
    DELETE FROM spatial_deskrow AS kept
    WHERE
        kept.patch_id = ANY(patch_ids)
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_patch AS patch
            INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id
            WHERE patch.id = kept.patch_id AND batch.source <> '选址'
        );
    INSERT INTO spatial_deskrow AS kept (
        patch_id, batch_id, batch_code, region_id, region_code, jcbh, area_m2, declared_area_m2,
        after_on, holder_id, project_id, assessment_id, ruleset_id, label_class, label_code,
        borderline, status, overtaken, marks_yes, marks_unknown, on_cultivated_m2, basic_farm_m2,
        townships, land_classes, beyond
    )
    SELECT
        found.patch_id, found.batch_id, found.batch_code, found.region_id, found.region_code,
        found.jcbh, found.area_m2, found.declared_area_m2, found.after_on, found.holder_id,
        found.project_id, found.assessment_id, found.ruleset_id, found.label_class,
        found.label_code, found.borderline, found.status, found.overtaken, found.marks_yes,
        found.marks_unknown, found.on_cultivated_m2, found.basic_farm_m2, found.townships,
        found.land_classes, found.beyond
    FROM unnest(patch_ids) AS asked (patch_id)
    CROSS JOIN LATERAL (
        -- one patch at a time by its keys: joined as a whole, all patches are worked out
        SELECT summary.* FROM desk_summary AS summary
        WHERE summary.patch_id = asked.patch_id OFFSET 0
    ) AS found
    ORDER BY asked.patch_id
    ON CONFLICT (patch_id) DO UPDATE SET (
        batch_id, batch_code, region_id, region_code, jcbh, area_m2, declared_area_m2, after_on,
        holder_id, project_id, assessment_id, ruleset_id, label_class, label_code, borderline,
        status, overtaken, marks_yes, marks_unknown, on_cultivated_m2, basic_farm_m2, townships,
        land_classes, beyond
    ) = (
        excluded.batch_id, excluded.batch_code, excluded.region_id, excluded.region_code,
        excluded.jcbh, excluded.area_m2, excluded.declared_area_m2, excluded.after_on,
        excluded.holder_id, excluded.project_id, excluded.assessment_id, excluded.ruleset_id,
        excluded.label_class, excluded.label_code, excluded.borderline, excluded.status,
        excluded.overtaken, excluded.marks_yes, excluded.marks_unknown,
        excluded.on_cultivated_m2, excluded.basic_farm_m2, excluded.townships,
        excluded.land_classes, excluded.beyond
    );
END
$$
