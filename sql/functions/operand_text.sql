-- what:   The value of an operand as text, null when empty: shifted and divided; of a value that
--         is known only within bounds, the lower end.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION operand_text(
    operand jsonb, kind text, facts jsonb, attributes jsonb
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN operand_shifted(
        low_end(operand_value(operand, facts, attributes)), operand, kind, facts, attributes
    );
END
$$
