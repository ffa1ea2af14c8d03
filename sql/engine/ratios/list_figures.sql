-- what:   The figures that authorities gave for a period, by region: of each the one recorded
--         last, as it was known.
-- reads:  spatial_officialfigure, spatial_region
-- writes: -
-- params: period, quantity, known_at
SELECT DISTINCT ON (region.code)
    region.code,
    figure.area_m2,
    figure.source,
    figure.recorded_at
FROM spatial_officialfigure AS figure
INNER JOIN spatial_region AS region ON figure.region_id = region.id
WHERE
    figure.period = %(period)s
    AND figure.quantity = %(quantity)s
    AND figure.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
ORDER BY region.code, figure.recorded_at DESC, figure.id DESC
