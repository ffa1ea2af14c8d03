-- what:   Verdicts are looked up by piece from here on.
-- reads:  -
-- writes: chunk_verdict
-- params: -
ALTER TABLE chunk_verdict ADD PRIMARY KEY (assessment_id, seq)
