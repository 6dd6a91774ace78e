-- The audit log only grows. The first trigger is one of statements: it also meets TRUNCATE, and what would touch no row.
-- The second names the table by where it fires: a temporary table of the same name must not stand in for it.
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows';
END
$$;

CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();

CREATE FUNCTION audit_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next BIGINT;
BEGIN
    EXECUTE format('SELECT coalesce(max(seq), 0) + 1 FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO next;
    IF NEW.seq IS DISTINCT FROM next THEN
        RAISE EXCEPTION 'an audit entry has to be the next one';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_next BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_next();
