-- what:   The answer of one test of the rules language (section 4): true, false, or null for
--         unknown. A comparison with an empty value is no, its ``unless`` yes. Asked for each
--         zone and each rule of each patch: plain values are compared here without a call,
--         operands that are shifted, divided or known within bounds go to test_answer_by_bounds.
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
    l jsonb := operand_value(left_operand, facts, attributes);
    r jsonb := operand_value(right_operand, facts, attributes);
    a text;
    b text;
    answer boolean;
BEGIN
    IF (l IS NULL AND (left_operand ->> 'needed')::boolean)
        OR (r IS NULL AND (right_operand ->> 'needed')::boolean) THEN
        RETURN NULL;
    END IF;
    IF jsonb_typeof(l) = 'object'
        OR jsonb_typeof(r) = 'object'
        OR left_operand ?| '{divide_by,shift_months,shift_days}'
        OR right_operand ?| '{divide_by,shift_months,shift_days}'
        OR (op = 'in' AND kind = 'date') THEN
        RETURN test_answer_by_bounds(
            op, kind, negate, left_operand, right_operand, facts, attributes
        );
    END IF;
    a := nullif(l #>> '{}', '');
    IF op = 'known' THEN
        answer := a IS NOT NULL;
    ELSIF op = 'empty' THEN
        answer := a IS NULL;
    ELSIF a IS NULL THEN
        answer := FALSE;
    ELSIF op = 'in' THEN
        -- most codes are listed as they are; only patterns are gone through
        answer := r ? a;
        IF NOT answer AND r::text ~ '[%_\\]' THEN
            answer := EXISTS (
                SELECT 1
                FROM jsonb_array_elements_text(r) AS pattern
                WHERE a LIKE pattern
            );
        END IF;
    ELSE
        b := nullif(r #>> '{}', '');
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
