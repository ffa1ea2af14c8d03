-- what:   Every notion of the ruleset is unknown on every piece: for patches that no partition
--         closes. Neither an accusation nor a clearance rests on them.
-- reads:  chunk_piece, chunk_patch, spatial_notion
-- writes: chunk_piece_notion, chunk_gap
-- params: -
WITH forgotten AS (
    DELETE FROM chunk_gap
),

replaced AS (
    DELETE FROM chunk_piece_notion
)

INSERT INTO chunk_piece_notion (
    assessment_id, seq, notion_id, code, answer, subject_gap, zone_ids, net_m2, net_unknown, why
)
SELECT
    piece.assessment_id,
    piece.seq,
    notion.id,
    notion.code,
    NULL::boolean,
    FALSE,
    '[]'::jsonb,
    NULL::numeric,
    TRUE,
    '[{"kind": "not_closed"}]'::jsonb
FROM chunk_piece AS piece
INNER JOIN chunk_patch AS patch ON piece.assessment_id = patch.assessment_id
INNER JOIN spatial_notion AS notion ON patch.ruleset_id = notion.ruleset_id
