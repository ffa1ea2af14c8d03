-- what:   As operand_text, but the upper end of a value that is known only within bounds.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_text_to(
    operand jsonb, kind text, facts jsonb, attributes jsonb
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN operand_shifted(
        high_end(operand_value(operand, facts, attributes)), operand, kind, facts, attributes
    );
END
$$
