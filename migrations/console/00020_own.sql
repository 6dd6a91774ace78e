-- +goose Up
-- What somebody has set for themselves: sessions begin with it.
CREATE TABLE preferences (
    subject TEXT PRIMARY KEY,
    data    TEXT NOT NULL, -- JSON, as in sessions
    used_at BIGINT NOT NULL
);
CREATE INDEX preferences_by_use ON preferences (used_at);

-- What somebody has deleted and may take back for a day.
CREATE TABLE undos (
    id         TEXT PRIMARY KEY, -- that of what was deleted
    owner      TEXT NOT NULL,
    data       TEXT NOT NULL, -- JSON: orders.Undo
    created_at BIGINT NOT NULL
);
CREATE INDEX undos_by_time ON undos (created_at);
