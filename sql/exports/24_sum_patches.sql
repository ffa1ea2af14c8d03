-- what:   How many patches are selected, how many in doubt, where they lie, their counties
--         and the counties' meridians, and whether a day of an image is not known.
-- reads:  export_row, spatial_patch, spatial_region
-- writes: -
-- params: -
SELECT
    count(*) FILTER (WHERE chosen.answer) AS row_count,
    count(*) FILTER (WHERE chosen.answer IS NULL) AS doubtful,
    coalesce(
        bool_or(chosen.answer AND patch.before_on <> patch.before_on_last), FALSE
    ) AS before_partial,
    coalesce(
        bool_or(chosen.answer AND patch.after_on <> patch.after_on_first), FALSE
    ) AS after_partial,
    min(region.code) FILTER (WHERE chosen.answer) AS first_county,
    max(region.code) FILTER (WHERE chosen.answer) AS last_county,
    array_agg(DISTINCT region.central_meridian) FILTER (WHERE chosen.answer) AS meridians,
    min(ST_XMin(patch.geom)) FILTER (WHERE chosen.answer) AS west,
    min(ST_YMin(patch.geom)) FILTER (WHERE chosen.answer) AS south,
    max(ST_XMax(patch.geom)) FILTER (WHERE chosen.answer) AS east,
    max(ST_YMax(patch.geom)) FILTER (WHERE chosen.answer) AS north
FROM export_row AS chosen
INNER JOIN spatial_patch AS patch ON chosen.id = patch.id
INNER JOIN spatial_region AS region ON patch.region_id = region.id
