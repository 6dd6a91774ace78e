-- +goose Up
-- What a person asks for that somebody else must approve, with all its calls; who decided; what is left of the budgets.

-- The request of an order that waits, or waited, for approval. Its ID is its first order's.
CREATE TABLE requests (
    id          TEXT PRIMARY KEY,
    team        TEXT, -- none for nobody's
    state       TEXT NOT NULL,
    revision    BIGINT NOT NULL, -- grows with every change: who decides names the one that was read
    hash        TEXT NOT NULL,   -- over the fingerprints of all its calls
    calls       TEXT NOT NULL,   -- JSON: each order's ID and fingerprint
    entered     TEXT NOT NULL,   -- the first order's own hash
    amount      TEXT,            -- none when not all of it could be quoted
    currency    TEXT NOT NULL,
    actor       TEXT NOT NULL,
    principal   TEXT NOT NULL,   -- the person behind
    key_id      TEXT,
    why         TEXT NOT NULL,   -- JSON: messages, which rules ask
    needed      BIGINT NOT NULL,
    needs_admin BOOLEAN NOT NULL,
    reason      TEXT NOT NULL,
    expires_at  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    decided_at  BIGINT
);
CREATE INDEX requests_by_time ON requests (created_at, id);
CREATE INDEX requests_by_state ON requests (state, created_at, id);
CREATE INDEX requests_by_principal ON requests (principal, created_at, id);
CREATE INDEX requests_of_team ON requests (team, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX requests_of_team_by_state ON requests (team, state, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX requests_expiring ON requests (expires_at, id) WHERE state = 'awaiting';
CREATE INDEX requests_by_key ON requests (key_id, entered, created_at) WHERE key_id IS NOT NULL;

-- Each approval and rejection, with what it names.
CREATE TABLE decisions (
    request_id   TEXT NOT NULL REFERENCES requests (id),
    position     BIGINT NOT NULL,
    approver     TEXT NOT NULL,
    on_behalf_of TEXT,
    as_admin     BOOLEAN NOT NULL,
    approve      BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    hash         TEXT NOT NULL,
    amount       TEXT,
    currency     TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    void         BOOLEAN NOT NULL, -- the price rose afterwards
    PRIMARY KEY (request_id, position)
);

CREATE TABLE comments (
    id         TEXT PRIMARY KEY,
    order_id   TEXT NOT NULL REFERENCES orders (id),
    actor      TEXT NOT NULL,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX comments_of_order ON comments (order_id, created_at, id);

-- Who decides for somebody else, in a team, until when.
CREATE TABLE delegations (
    id         TEXT PRIMARY KEY,
    team       TEXT NOT NULL,
    from_actor TEXT NOT NULL,
    to_actor   TEXT NOT NULL,
    until      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT,
    ended_by   TEXT
);
CREATE INDEX delegations_by_time ON delegations (created_at, id);
CREATE INDEX delegations_of_team ON delegations (team, created_at, id);
CREATE INDEX delegations_to ON delegations (to_actor, team, created_at, id) WHERE ended_at IS NULL;

-- What an order holds of its team's budget in the month that it was submitted in. Only the order itself says how much:
-- see orders.LineOf.
CREATE TABLE budget_entries (
    order_id TEXT PRIMARY KEY REFERENCES orders (id),
    team     TEXT NOT NULL,
    month    TEXT NOT NULL, -- 2026-11, UTC
    currency TEXT NOT NULL,
    reserved TEXT NOT NULL,
    settled  TEXT NOT NULL,
    state    TEXT NOT NULL,
    over     BOOLEAN NOT NULL -- no room was left: it holds nothing until an admin has approved it
);
CREATE INDEX budget_entries_of_month ON budget_entries (team, month, currency);

-- Their sums.
CREATE TABLE budget_months (
    team     TEXT NOT NULL,
    month    TEXT NOT NULL,
    currency TEXT NOT NULL,
    reserved TEXT NOT NULL,
    settled  TEXT NOT NULL,
    PRIMARY KEY (team, month, currency)
);
CREATE INDEX budget_months_by_month ON budget_months (month, team, currency);

-- What people should know of an order although nothing stopped it; JSON messages.
ALTER TABLE orders ADD COLUMN warnings TEXT;
CREATE INDEX orders_by_repeat ON orders (repeat_of) WHERE repeat_of IS NOT NULL;
