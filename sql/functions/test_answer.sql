-- what:   The answer of one test of the rules language (section 4): true, false, or null for
--         unknown. A comparison with an empty value is no, its ``unless`` yes.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION test_answer(
    op text,
    kind text,
    negate boolean,
    left_operand jsonb,
    right_operand jsonb,
    facts jsonb,
    attributes jsonb
) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a text;
    b text;
    answer boolean;
BEGIN
    IF operand_missing(left_operand, facts, attributes)
        OR operand_missing(right_operand, facts, attributes) THEN
        RETURN NULL;
    END IF;
    a := operand_text(left_operand, kind, facts, attributes);
    IF op = 'known' THEN
        answer := a IS NOT NULL;
    ELSIF op = 'empty' THEN
        answer := a IS NULL;
    ELSIF a IS NULL THEN
        answer := FALSE;
    ELSIF op = 'in' THEN
        answer := EXISTS (
            SELECT 1
            FROM jsonb_array_elements_text(right_operand -> 'value') AS pattern
            WHERE a LIKE pattern
        );
    ELSE
        b := operand_text(right_operand, kind, facts, attributes);
        IF b IS NULL THEN
            answer := FALSE;
        ELSIF kind = 'number' THEN
            answer := CASE op
                WHEN '=' THEN a::numeric = b::numeric
                WHEN '<' THEN a::numeric < b::numeric
                WHEN '<=' THEN a::numeric <= b::numeric
                WHEN '>' THEN a::numeric > b::numeric
                WHEN '>=' THEN a::numeric >= b::numeric
            END;
        ELSIF kind = 'date' THEN
            answer := CASE op
                WHEN '=' THEN a::date = b::date
                WHEN '<' THEN a::date < b::date
                WHEN '<=' THEN a::date <= b::date
                WHEN '>' THEN a::date > b::date
                WHEN '>=' THEN a::date >= b::date
            END;
        ELSE
            answer := CASE op
                WHEN '=' THEN a = b
                WHEN '<' THEN a < b
                WHEN '<=' THEN a <= b
                WHEN '>' THEN a > b
                WHEN '>=' THEN a >= b
            END;
        END IF;
    END IF;
    RETURN CASE WHEN negate THEN NOT answer ELSE answer END;
END
$$
