-- what:   Holders with a code that the register doesn't hold yet.
-- reads:  import_row
-- writes: spatial_holder
-- params: -
INSERT INTO spatial_holder (code, name, name_key, kind)
SELECT DISTINCT ON (found.holder_code)
    found.holder_code,
    CASE WHEN found.holder_key = '' THEN found.holder_code ELSE found.holder_name END,
    CASE WHEN found.holder_key = '' THEN found.holder_code ELSE found.holder_key END,
    ''
FROM import_row AS found
WHERE found.holder_code <> ''
ORDER BY found.holder_code, (found.holder_key = ''), found.row
ON CONFLICT DO NOTHING
