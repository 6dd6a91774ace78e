-- The audit log only grows. INSERT OR REPLACE fires neither of the first two triggers for the row that it replaces,
-- so an insert has to be the next number, and, because REPLACE can also hit the hidden row number of a table whose
-- key is BIGINT, the row has to land at the row number of its entry.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;

CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN
    SELECT RAISE(ABORT, 'an audit entry has to be the next one');
END;

CREATE TRIGGER audit_in_place AFTER INSERT ON audit
WHEN NEW.rowid IS NOT NEW.seq
BEGIN
    SELECT RAISE(ABORT, 'an audit entry has to be the next one');
END;
