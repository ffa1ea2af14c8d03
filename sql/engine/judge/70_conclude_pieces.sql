-- what:   One conclusion per piece: the first rule that claims it. An unknown before it makes the
--         piece unknown, naming that rule and what is missing; unless only the user of the ground
--         is unknown and all that could claim share one class.
-- reads:  chunk_piece, chunk_claim
-- writes: chunk_verdict
-- params: -
CREATE TEMPORARY TABLE chunk_verdict ON COMMIT DROP AS
WITH first_yes AS (
    SELECT DISTINCT ON (claim.assessment_id, claim.seq)
        claim.assessment_id, claim.seq, claim.rank, claim.code, claim.rule_class
    FROM chunk_claim AS claim
    WHERE claim.answer
    ORDER BY claim.assessment_id, claim.seq, claim.rank
),

blocked AS (
    SELECT
        claim.assessment_id,
        claim.seq,
        bool_and(claim.subject_gap) AND bool_and(claim.rule_class = first_yes.rule_class)
            AS harmless,
        (array_agg(claim.code ORDER BY claim.rank))[1] AS code,
        (array_agg(claim.missing ORDER BY claim.rank))[1] AS missing
    FROM chunk_claim AS claim
    LEFT JOIN first_yes
        ON claim.assessment_id = first_yes.assessment_id AND claim.seq = first_yes.seq
    WHERE claim.answer IS NULL AND (first_yes.rank IS NULL OR claim.rank < first_yes.rank)
    GROUP BY claim.assessment_id, claim.seq
)

SELECT
    piece.assessment_id,
    piece.seq,
    CASE
        WHEN blocked.code IS NULL OR blocked.harmless THEN first_yes.code
        ELSE blocked.code
    END AS code,
    CASE
        WHEN blocked.code IS NULL OR blocked.harmless THEN first_yes.rule_class
        ELSE 'unknown'
    END AS conclusion_class,
    CASE
        WHEN blocked.code IS NULL THEN '{}'::jsonb
        WHEN blocked.harmless THEN '{"subject_unknown": true}'::jsonb
        ELSE jsonb_build_object('missing', blocked.missing)
    END AS reason,
    FALSE AS sliver
FROM chunk_piece AS piece
LEFT JOIN first_yes ON piece.assessment_id = first_yes.assessment_id AND piece.seq = first_yes.seq
LEFT JOIN blocked ON piece.assessment_id = blocked.assessment_id AND piece.seq = blocked.seq
