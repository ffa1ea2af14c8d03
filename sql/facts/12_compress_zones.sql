-- what:   What of a zone is compressed is compressed by lz4, where the server has it: surveys come
--         in several hundred thousand at a time.
-- reads:  pg_settings
-- writes: spatial_zone
-- params: -
DO $$
BEGIN
    IF (
        SELECT 'lz4' = ANY(setting.enumvals)
        FROM pg_settings AS setting
        WHERE setting.name = 'default_toast_compression'
    ) THEN
        ALTER TABLE spatial_zone
            ALTER attributes SET COMPRESSION lz4,
            ALTER delivered SET COMPRESSION lz4,
            ALTER geom SET COMPRESSION lz4;
    END IF;
END
$$
