-- what:   Trigger body of append-only tables: every UPDATE and DELETE is refused.
-- reads:  -
-- writes: -
-- params: -
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% 只可追加，不可修改或删除；请另记一条并注明取代哪一条', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
