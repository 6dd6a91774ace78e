-- +goose Up
-- Telling people and programs what happened to orders. The audit log is the source: whoever tells keeps the number of the
-- last entry that was looked at, and moves it in the transaction that writes what is to be told. What happened before
-- this migration is not told.
CREATE TABLE notify_cursor (
    id  BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO notify_cursor (id, seq) SELECT 1, seq FROM audit_head;

-- What an order was said to be, of the things that are told once: several entries can lead there.
CREATE TABLE notified (
    order_id TEXT NOT NULL REFERENCES orders (id),
    event    TEXT NOT NULL,
    seq      BIGINT NOT NULL, -- the entry's
    PRIMARY KEY (order_id, event)
);

CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,
    sealed_secret TEXT NOT NULL, -- encrypted with a key that is not in the database
    events        TEXT NOT NULL, -- JSON: a list of events; empty: all
    team          TEXT, -- none: of every team
    failures      BIGINT NOT NULL, -- attempts that failed in a row
    rest_until    BIGINT NOT NULL, -- nothing is sent before
    busy_until    BIGINT NOT NULL, -- one attempt at a time: the end of the running one's claim, or when the last one ended
    created_at    BIGINT NOT NULL,
    created_by    TEXT NOT NULL,
    disabled_at   BIGINT,
    disabled_by   TEXT
);

-- What is sent to a webhook.
CREATE TABLE deliveries (
    id              TEXT PRIMARY KEY,
    webhook_id      TEXT NOT NULL REFERENCES webhooks (id),
    event           TEXT NOT NULL,
    seq             BIGINT NOT NULL, -- the audit entry's that it tells of; 0: none
    order_id        TEXT, -- none for a test
    payload         TEXT NOT NULL, -- the body, byte for byte
    state           TEXT NOT NULL, -- pending, done, dead
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    fence           TEXT, -- the claim of the last attempt
    status          BIGINT NOT NULL, -- of the last answer; 0: none
    error           TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_attempt_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_by_time ON deliveries (webhook_id, created_at, id);
CREATE INDEX deliveries_by_webhook_state ON deliveries (webhook_id, state, created_at, id);
CREATE INDEX deliveries_by_state ON deliveries (state, updated_at);

-- Who is mailed, and when next.
CREATE TABLE mailboxes (
    person        TEXT PRIMARY KEY,
    address       TEXT NOT NULL,
    next_at       BIGINT, -- none: nothing waits
    fence         TEXT,
    attempts      BIGINT NOT NULL, -- that failed in a row
    failing_since BIGINT,
    error         TEXT NOT NULL,
    sent_at       BIGINT
);
CREATE INDEX mailboxes_due ON mailboxes (next_at, person) WHERE next_at IS NOT NULL;

-- What a person's next mail tells.
CREATE TABLE mail_items (
    id         TEXT PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES mailboxes (person),
    event      TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    order_id   TEXT NOT NULL,
    state      TEXT NOT NULL, -- pending, done, dead
    fence      TEXT, -- the mail that it went into
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX mail_items_pending ON mail_items (person, created_at, id) WHERE state = 'pending';
CREATE INDEX mail_items_by_state ON mail_items (state, updated_at);
