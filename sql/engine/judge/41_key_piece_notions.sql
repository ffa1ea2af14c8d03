-- what:   Membership is looked up by piece and notion from here on.
-- reads:  -
-- writes: chunk_piece_notion
-- params: -
ALTER TABLE chunk_piece_notion ADD PRIMARY KEY (assessment_id, seq, notion_id)
