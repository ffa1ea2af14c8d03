-- what:   A comparison of two values known within bounds: yes or no where it is so over all they
--         may be, else unknown.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION compare_ranges(
    op text, a_low anycompatible, a_high anycompatible, b_low anycompatible, b_high anycompatible
) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE op
        WHEN '<'
            THEN CASE WHEN a_high < b_low THEN TRUE WHEN a_low >= b_high THEN FALSE END
        WHEN '<='
            THEN CASE WHEN a_high <= b_low THEN TRUE WHEN a_low > b_high THEN FALSE END
        WHEN '>'
            THEN CASE WHEN a_low > b_high THEN TRUE WHEN a_high <= b_low THEN FALSE END
        WHEN '>='
            THEN CASE WHEN a_low >= b_high THEN TRUE WHEN a_high < b_low THEN FALSE END
        ELSE
            CASE
                WHEN a_high < b_low OR a_low > b_high THEN FALSE
                WHEN a_low = a_high AND b_low = b_high THEN TRUE
            END
    END;
END
$$
