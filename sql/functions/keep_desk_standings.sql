-- what:   Trigger body: where patches stand follows each statement that adds facts about them.
-- reads:  fresh
-- writes: spatial_deskrow
-- params: -
CREATE OR REPLACE FUNCTION keep_desk_standings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refresh_desk_standings(ARRAY(SELECT DISTINCT fresh.patch_id FROM fresh));
    RETURN NULL;
END
$$
