-- what:   No versions to compare: the same ones count as before.
-- reads:  -
-- writes: touched_pair
-- params: -
CREATE TEMPORARY TABLE touched_pair (
    window_id bigint,
    layer_id text,
    county_id bigint,
    was_id bigint,
    now_id bigint,
    is_whole boolean
) ON COMMIT DROP
