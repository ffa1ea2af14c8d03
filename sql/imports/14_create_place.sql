-- what:   Which rows go to which county, and how much of each lies there (m2, to compare only).
-- reads:  -
-- writes: import_place
-- params: -
CREATE TEMPORARY TABLE import_place (
    row integer NOT NULL,
    region_id bigint NOT NULL,
    overlap_m2 double precision,
    PRIMARY KEY (row, region_id)
) ON COMMIT DROP
