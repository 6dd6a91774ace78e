-- +goose Up
-- Times are microseconds UTC, amounts decimal texts beside their currency. One text for SQLite and PostgreSQL.

-- The head's number is taken by every change that people can see. Its row is also what writers queue at.
CREATE TABLE head (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO head (id, version) VALUES (1, 0);

-- What the first start decided: cloud, project, region.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE orders (
    id              TEXT PRIMARY KEY,
    request_id      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    badge           TEXT NOT NULL,
    moving          BOOLEAN NOT NULL,
    door            TEXT NOT NULL,
    actor           TEXT NOT NULL,
    team            TEXT,
    reason          TEXT NOT NULL,
    key_id          TEXT,
    idempotency_key TEXT,
    path            TEXT NOT NULL,
    desktop_id      TEXT NOT NULL,
    body            TEXT NOT NULL,
    hash            TEXT NOT NULL,
    auto_pay        BOOLEAN NOT NULL,
    summary         TEXT NOT NULL,
    quote           TEXT,
    creation        TEXT,
    repeat_of       TEXT,
    fence           TEXT,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL, -- 0: at once
    sent_at         BIGINT,
    deadline        BIGINT,
    answer          TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);

-- Lists, newest first.
CREATE INDEX orders_by_time ON orders (created_at, id);
CREATE INDEX orders_by_badge ON orders (badge, created_at, id);
CREATE INDEX orders_by_kind ON orders (kind, created_at, id);
CREATE INDEX orders_by_actor ON orders (actor, created_at, id);
CREATE INDEX orders_by_door ON orders (door, created_at, id);
CREATE INDEX orders_moving ON orders (created_at, id) WHERE moving;
CREATE INDEX orders_by_request ON orders (request_id);
CREATE INDEX orders_by_version ON orders (version);
-- Queues. next_attempt_at is in the index so that orders that wait are passed over without a look at them.
CREATE INDEX orders_queued ON orders (created_at, id, next_attempt_at) WHERE state = 'queued';
CREATE INDEX orders_sending ON orders (created_at, id) WHERE state = 'sending';
CREATE INDEX orders_creation_in_doubt ON orders (creation) WHERE state = 'in_doubt';
CREATE UNIQUE INDEX orders_idempotency ON orders (key_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The resources that an order touches. Of the orders that are open in this sense (queued, sending, in doubt, awaiting
-- approval) no two touch the same one.
CREATE TABLE order_targets (
    order_id   TEXT NOT NULL REFERENCES orders (id),
    position   BIGINT NOT NULL,
    target     TEXT NOT NULL,
    open       BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL, -- the order's
    PRIMARY KEY (order_id, position)
);
CREATE INDEX order_targets_by_target ON order_targets (target, created_at, order_id);
CREATE UNIQUE INDEX order_targets_open ON order_targets (target) WHERE open;

-- How many orders show each badge, kept with every change: counting a long history takes long.
CREATE TABLE order_counts (
    team  TEXT NOT NULL, -- '' for none
    badge TEXT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (team, badge)
);

-- A payment or cancellation of one cloud order.
CREATE TABLE actions (
    id              TEXT PRIMARY KEY,
    order_id        TEXT REFERENCES orders (id), -- none for a cloud order that is not this console's
    cloud_order_id  TEXT NOT NULL,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    actor           TEXT NOT NULL,
    amount          TEXT NOT NULL,
    currency        TEXT NOT NULL,
    attempts        BIGINT NOT NULL,
    code            TEXT NOT NULL,
    msg             TEXT NOT NULL,
    next_attempt_at BIGINT NOT NULL, -- 0: at once
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX actions_open ON actions (cloud_order_id)
    WHERE state IN ('requested', 'sending', 'unknown');
CREATE INDEX actions_due ON actions (next_attempt_at, created_at, id) WHERE state IN ('requested', 'unknown');
CREATE INDEX actions_sending ON actions (id) WHERE state = 'sending';

CREATE TABLE cloud_orders (
    order_id        TEXT NOT NULL REFERENCES orders (id),
    position        BIGINT NOT NULL,
    cloud_order_id  TEXT, -- none for an entry that the cloud refused
    status          BIGINT,
    result          TEXT NOT NULL,
    code            TEXT NOT NULL,
    msg             TEXT NOT NULL,
    amount          TEXT,
    official_amount TEXT,
    currency        TEXT NOT NULL,
    pay_by          BIGINT,
    checked_at      BIGINT,
    next_check_at   BIGINT, -- 0: at once; none: never again
    checks          BIGINT NOT NULL,
    action_id       TEXT REFERENCES actions (id), -- the last one
    PRIMARY KEY (order_id, position)
);
CREATE INDEX cloud_orders_by_id ON cloud_orders (cloud_order_id, order_id);
CREATE INDEX cloud_orders_due ON cloud_orders (next_check_at, order_id, position) WHERE next_check_at IS NOT NULL;

-- A form that was filled in and waits for its review page; one person's, swept after a day.
CREATE TABLE drafts (
    id          TEXT PRIMARY KEY,
    actor       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    desktop_id  TEXT NOT NULL,
    body        TEXT NOT NULL,
    hash        TEXT NOT NULL,
    quote       TEXT,
    quote_error TEXT NOT NULL,
    repeat_of   TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX drafts_by_time ON drafts (created_at);
