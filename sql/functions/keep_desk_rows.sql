-- what:   Trigger body: what the desk keeps follows each statement that writes patches (told by
--         id), applies assessments, or renames batches and regions. ``fresh`` and ``gone`` are the
--         rows that the statement left and found.
-- reads:  fresh, gone, spatial_patch
-- writes: spatial_deskrow
-- params: -
CREATE OR REPLACE FUNCTION keep_desk_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    touched bigint [];
BEGIN
    IF TG_TABLE_NAME = 'spatial_patch' AND TG_OP = 'DELETE' THEN
        touched := ARRAY(SELECT gone.id FROM gone);
    ELSIF TG_TABLE_NAME = 'spatial_patch' THEN
        touched := ARRAY(SELECT fresh.id FROM fresh);
    ELSIF TG_TABLE_NAME = 'spatial_batch' THEN
        touched := ARRAY(
            SELECT patch.id FROM fresh
            INNER JOIN gone ON fresh.id = gone.id
            INNER JOIN spatial_patch AS patch ON fresh.id = patch.batch_id
            WHERE fresh.code <> gone.code OR fresh.source <> gone.source
        );
    ELSIF TG_TABLE_NAME = 'spatial_region' THEN
        touched := ARRAY(
            SELECT patch.id FROM fresh
            INNER JOIN gone ON fresh.id = gone.id
            INNER JOIN spatial_patch AS patch ON fresh.id = patch.region_id
            WHERE fresh.code <> gone.code
        );
    ELSIF TG_OP = 'INSERT' THEN
        touched := ARRAY(SELECT fresh.patch_id FROM fresh WHERE fresh.is_current);
    ELSIF TG_OP = 'UPDATE' THEN
        touched := ARRAY(
            SELECT fresh.patch_id FROM fresh WHERE fresh.is_current
            UNION
            SELECT gone.patch_id FROM gone WHERE gone.is_current
        );
    ELSE
        touched := ARRAY(SELECT gone.patch_id FROM gone WHERE gone.is_current);
    END IF;
    IF touched <> '{}' THEN
        PERFORM refresh_desk_rows(touched);
    END IF;
    RETURN NULL;
END
$$
