-- what:   The value of an operand of a test: a literal, a field of the zone, or a fact of the
--         patch; SQL null when it is not there, JSON null when it was delivered empty.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_value(operand jsonb, facts jsonb, attributes jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN operand ? 'value' THEN operand -> 'value'
    WHEN operand ->> 'scope' = 'zone' THEN attributes -> (operand ->> 'field')
    ELSE facts -> (operand ->> 'field')
END
