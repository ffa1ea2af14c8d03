-- what:   Whose ground each patch of a ruleset is taken to be (corrected, else delivered, else as
--         inferred when it was judged last), in order of time for each holder; of the holders
--         asked for (null: all) that have a patch in the counties.
-- reads:  spatial_patch, spatial_batch, spatial_region, spatial_assessment,
--         spatial_subjectcorrection, spatial_holder
-- writes: holder_use
-- params: ruleset, holder_ids, county_ids
CREATE TEMPORARY TABLE holder_use ON COMMIT DROP AS
WITH corrected AS (
    SELECT DISTINCT ON (fact.patch_id)
        fact.patch_id,
        fact.holder_id,
        fact.withdrawn
    FROM spatial_subjectcorrection AS fact
    ORDER BY fact.patch_id, fact.recorded_at DESC, fact.id DESC
),

owned AS (
    SELECT
        patch.id AS patch_id,
        patch.region_id,
        patch.after_on,
        batch.code AS batch_code,
        batch.period,
        region.code AS county_code,
        patch.jcbh,
        patch.area_m2,
        judged.id AS assessment_id,
        CASE WHEN corrected.withdrawn IS FALSE THEN corrected.holder_id
            ELSE coalesce(patch.holder_id, judged.subject_id)
        END AS holder_id,
        CASE WHEN corrected.withdrawn IS FALSE THEN 'correction'
            WHEN patch.holder_id IS NOT NULL THEN 'patch.holder'
            ELSE judged.subject_from
        END AS told_by
    FROM spatial_patch AS patch
    INNER JOIN spatial_batch AS batch ON patch.batch_id = batch.id AND batch.source NOT IN ('选址', '机器初筛')
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    LEFT JOIN corrected ON patch.id = corrected.patch_id
    LEFT JOIN spatial_assessment AS judged ON patch.id = judged.patch_id AND judged.is_current
    WHERE batch.ruleset = %(ruleset)s
)

SELECT
    owned.*,
    holder.name AS holder_name,
    holder.code AS holder_code,
    row_number() OVER (
        PARTITION BY owned.holder_id
        ORDER BY
            coalesce(owned.after_on, 'infinity'::date), owned.batch_code, owned.county_code,
            owned.jcbh
    ) AS seq
FROM owned
INNER JOIN spatial_holder AS holder ON owned.holder_id = holder.id
WHERE
    (
        %(holder_ids)s::bigint[] IS NULL
        OR owned.holder_id = ANY(%(holder_ids)s::bigint[])
    )
    AND owned.holder_id IN (
        SELECT within_scope.holder_id
        FROM owned AS within_scope
        WHERE within_scope.region_id = ANY(%(county_ids)s::bigint[])
    )
