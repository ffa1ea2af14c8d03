-- what:   What people established about these patches, as it was known: decisions (where asked
--         for) and rectifications, without what was superseded or withdrawn. A drawn part comes
--         as ground of the engine, cut in the plane of the patch's county. Of a patch that no run
--         has judged none is taken: it has no pieces that a fact could speak of.
-- reads:  ratio_patch, spatial_determination, spatial_rectification, spatial_region
-- writes: ratio_fact
-- params: known_at, decided
CREATE TEMPORARY TABLE ratio_fact ON COMMIT DROP AS
WITH found AS (
    SELECT
        'decided' AS what,
        fact.id AS fact_id,
        fact.patch_id,
        fact.recorded_at,
        fact."on" AS done_on,
        fact.part,
        fact.assessment_id,
        fact.kind,
        fact.conclusion,
        fact.conclusion_class
    FROM spatial_determination AS fact
    WHERE
        %(decided)s
        AND NOT fact.withdrawn
        AND fact.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_determination AS later
            WHERE
                later.supersedes_id = fact.id
                AND later.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        )
    UNION ALL
    SELECT
        'rectified' AS what,
        fact.id AS fact_id,
        fact.patch_id,
        fact.recorded_at,
        fact."on" AS done_on,
        fact.part,
        NULL AS assessment_id,
        fact.kind,
        '' AS conclusion,
        '' AS conclusion_class
    FROM spatial_rectification AS fact
    WHERE
        NOT fact.withdrawn
        AND fact.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        AND NOT EXISTS (
            SELECT 1
            FROM spatial_rectification AS later
            WHERE
                later.supersedes_id = fact.id
                AND later.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
        )
)

SELECT
    found.what,
    found.fact_id,
    found.patch_id,
    found.recorded_at,
    found.done_on,
    found.assessment_id,
    found.kind,
    found.conclusion,
    found.conclusion_class,
    -- the SRID of the county's Gauss plane, as in spatial/crs.py
    engine_ground(
        found.part, (990200 + (region.central_meridian + 180) * 2)::integer
    ) AS part
FROM found
INNER JOIN ratio_patch AS chosen
    ON found.patch_id = chosen.patch_id AND chosen.assessment_id IS NOT NULL
INNER JOIN spatial_region AS region ON chosen.county_id = region.id
