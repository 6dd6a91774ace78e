-- +goose Up
-- The audit log. That it only grows is enforced by triggers, which have a file per dialect.
CREATE TABLE audit (
    seq        BIGINT PRIMARY KEY, -- from 1, without gaps
    time       BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    door       TEXT NOT NULL,
    address    TEXT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    details    TEXT NOT NULL, -- canonical JSON
    request_id TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (time, seq);
CREATE INDEX audit_by_actor ON audit (actor, time, seq);
CREATE INDEX audit_by_door ON audit (door, time, seq);
CREATE INDEX audit_by_action ON audit (action, time, seq);
CREATE INDEX audit_by_object ON audit (object, time, seq);

-- The last entry's number. Who appends takes the next one here and so waits for whoever is appending.
CREATE TABLE audit_head (
    id  BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO audit_head (id, seq) VALUES (1, 0);
