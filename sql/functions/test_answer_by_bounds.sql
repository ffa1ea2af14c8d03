-- what:   test_answer for operands that are shifted, divided, or known only within bounds: a
--         comparison is answered only where the answer is the same throughout. It answers every
--         test; those that are none of that are answered faster there.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION test_answer_by_bounds(
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
    ELSIF jsonb_typeof(operand_value(left_operand, facts, attributes)) = 'object'
        OR jsonb_typeof(operand_value(right_operand, facts, attributes)) = 'object'
        OR jsonb_typeof(
            operand_value(left_operand -> 'divide_by', facts, attributes)
        ) = 'object'
        OR jsonb_typeof(
            operand_value(right_operand -> 'divide_by', facts, attributes)
        ) = 'object' THEN
        b := operand_text(right_operand, kind, facts, attributes);
        IF a IS NULL OR b IS NULL THEN
            -- an empty side is no, whatever it would be divided by; an uncertain divisor, unknown
            answer := CASE
                WHEN low_end(operand_value(left_operand, facts, attributes)) IS NULL
                    OR low_end(operand_value(right_operand, facts, attributes)) IS NULL
                    OR 'object' NOT IN (
                        coalesce(jsonb_typeof(
                            operand_value(left_operand -> 'divide_by', facts, attributes)
                        ), ''),
                        coalesce(jsonb_typeof(
                            operand_value(right_operand -> 'divide_by', facts, attributes)
                        ), '')
                    ) THEN FALSE
            END;
        ELSIF kind = 'date' THEN
            answer := compare_ranges(
                op,
                a::date, operand_text_to(left_operand, kind, facts, attributes)::date,
                b::date, operand_text_to(right_operand, kind, facts, attributes)::date
            );
        ELSE
            answer := compare_ranges(
                op,
                a::numeric, operand_text_to(left_operand, kind, facts, attributes)::numeric,
                b::numeric, operand_text_to(right_operand, kind, facts, attributes)::numeric
            );
        END IF;
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
