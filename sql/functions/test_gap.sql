-- what:   What is missing where a test is unknown, as an object: a needed field that was not
--         delivered ({"kind": "no_field", "layer", "field"}; layer "patch", "batch" or "run" for
--         theirs), a named date without a value ("no_date"), a sum that cannot be told
--         ("group", "part"), a value of a layer's zones that do not agree or are not there
--         ("no_value"), else a value known only within bounds ("uncertain", with the test).
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION test_gap(
    told text,
    left_operand jsonb,
    right_operand jsonb,
    facts jsonb,
    attributes jsonb,
    layer text
) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    side jsonb;
    named text[];
BEGIN
    FOREACH side IN ARRAY ARRAY[
        left_operand, right_operand, left_operand -> 'divide_by', right_operand -> 'divide_by'
    ] LOOP
        IF side IS NOT NULL
            AND coalesce((side ->> 'needed')::boolean, FALSE)
            AND operand_value(side, facts, attributes) IS NULL THEN
            IF side ->> 'scope' = 'zone' THEN
                RETURN jsonb_build_object(
                    'kind', 'no_field', 'layer', layer, 'field', side ->> 'field'
                );
            END IF;
            IF position('.' IN side ->> 'field') = 0 THEN
                RETURN jsonb_build_object('kind', 'no_date', 'name', side ->> 'field');
            END IF;
            named := string_to_array(side ->> 'field', '.');
            RETURN CASE named[1]
                WHEN 'group' THEN jsonb_build_object(
                    'kind', 'group', 'group', named[2], 'fact', named[3]
                )
                WHEN 'part' THEN jsonb_build_object('kind', 'part', 'notion', named[2])
                WHEN 'layer' THEN jsonb_build_object(
                    'kind', 'no_value', 'layer', named[2], 'field', named[3]
                )
                ELSE jsonb_build_object('kind', 'no_field', 'layer', named[1], 'field', named[2])
            END;
        END IF;
    END LOOP;
    RETURN jsonb_build_object('kind', 'uncertain', 'text', told);
END
$$
