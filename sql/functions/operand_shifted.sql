-- what:   A value of an operand as text, moved by the operand's shift when it is a date, divided
--         by its divisor when it is a number (null by an empty, zero or uncertain divisor).
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_shifted(
    told text, operand jsonb, kind text, facts jsonb, attributes jsonb
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    divisor jsonb;
BEGIN
    IF told IS NULL THEN
        RETURN NULL;
    END IF;
    IF kind = 'date' THEN
        RETURN (
            told::date
            + make_interval(
                months => coalesce((operand ->> 'shift_months')::integer, 0),
                days => coalesce((operand ->> 'shift_days')::integer, 0)
            )
        )::date::text;
    END IF;
    IF operand ? 'divide_by' THEN
        divisor := operand_value(operand -> 'divide_by', facts, attributes);
        IF jsonb_typeof(divisor) = 'object' THEN
            RETURN NULL;
        END IF;
        RETURN (told::numeric / nullif(nullif(divisor #>> '{}', '')::numeric, 0))::text;
    END IF;
    RETURN told;
END
$$
