-- what:   Answers are looked up by patch and zone from here on.
-- reads:  -
-- writes: chunk_zone_answer
-- params: -
ALTER TABLE chunk_zone_answer ADD PRIMARY KEY (assessment_id, zone_id, notion_id)
