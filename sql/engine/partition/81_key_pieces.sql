-- what:   Pieces are looked up by patch and number from here on.
-- reads:  -
-- writes: chunk_piece
-- params: -
ALTER TABLE chunk_piece ADD PRIMARY KEY (assessment_id, seq)
