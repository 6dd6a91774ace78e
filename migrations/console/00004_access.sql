-- +goose Up
-- Sign-in links, browser sessions, API keys. Of every secret only a SHA-256, in hex, is here.
CREATE TABLE signin_codes (
    code_hash  TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX signin_codes_by_expiry ON signin_codes (expires_at);

CREATE TABLE sessions (
    id_hash      TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    data         TEXT NOT NULL, -- JSON: what the browser's user has set
    address      TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    team         TEXT,
    token_hash   TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT,
    revoked_by   TEXT
);
CREATE UNIQUE INDEX api_keys_live ON api_keys (name) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_by_time ON api_keys (created_at, id);
