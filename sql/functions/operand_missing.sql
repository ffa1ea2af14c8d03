-- what:   Whether an operand is needed and was not delivered: the test is then unknown. An empty
--         value is something else: it says that the thing has not happened.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_missing(operand jsonb, facts jsonb, attributes jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF operand IS NULL THEN
        RETURN FALSE;
    END IF;
    IF coalesce((operand ->> 'needed')::boolean, FALSE)
        AND operand_value(operand, facts, attributes) IS NULL THEN
        RETURN TRUE;
    END IF;
    RETURN operand ? 'divide_by'
        AND operand_missing(operand -> 'divide_by', facts, attributes);
END
$$
