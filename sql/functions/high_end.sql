-- what:   The upper end of a value as text, as low_end; 'infinity' where a range is open above.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION high_end(found jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    CASE
        WHEN jsonb_typeof(found) = 'object' THEN coalesce(found ->> 'to', 'infinity')
        ELSE found #>> '{}'
    END, ''
)
