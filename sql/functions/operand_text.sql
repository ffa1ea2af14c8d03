-- what:   The value of an operand as text, null when empty; dates moved by their shift, numbers
--         divided by their divisor (null by an empty or zero divisor).
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_text(
    operand jsonb, kind text, facts jsonb, attributes jsonb
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    found text := nullif(operand_value(operand, facts, attributes) #>> '{}', '');
    divisor text;
BEGIN
    IF found IS NULL THEN
        RETURN NULL;
    END IF;
    IF kind = 'date' THEN
        RETURN (
            found::date
            + make_interval(
                months => coalesce((operand ->> 'shift_months')::integer, 0),
                days => coalesce((operand ->> 'shift_days')::integer, 0)
            )
        )::date::text;
    END IF;
    IF operand ? 'divide_by' THEN
        divisor := nullif(operand_value(operand -> 'divide_by', facts, attributes) #>> '{}', '');
        RETURN (found::numeric / nullif(divisor::numeric, 0))::text;
    END IF;
    RETURN found;
END
$$
