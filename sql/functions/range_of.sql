-- what:   A value known within bounds as tests read it: the value itself where both ends are
--         the same, else {"from", "to"}, "to" null where it is infinite; no value where there is
--         no lower end.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION range_of(low anyelement, high anyelement) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE
        WHEN low IS NULL THEN NULL
        WHEN low = high THEN to_jsonb(low)
        ELSE
            jsonb_build_object(
                'from', low,
                'to', CASE WHEN lower(high::text) <> 'infinity' THEN to_jsonb(high) END
            )
    END;
END
$$
