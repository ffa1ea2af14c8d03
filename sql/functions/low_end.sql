-- what:   The lower end of a value as text: of a range ({"from", "to"}, when a value is known only
--         within bounds) its "from", of any other value the value itself; null when empty. Null
--         too where a range is open below.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION low_end(found jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    CASE WHEN jsonb_typeof(found) = 'object' THEN found ->> 'from' ELSE found #>> '{}' END, ''
)
