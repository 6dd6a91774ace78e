-- +goose Up
-- Requests of several calls: how they go on, one call after the other, and what became of each desktop.

-- A call's place in its request, from 0, and how many calls the request has.
ALTER TABLE orders ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN calls BIGINT NOT NULL DEFAULT 1;
-- A queued call that waits for the one before it, or for a request that is paused: nobody claims it.
ALTER TABLE orders ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether it is to be found out which of its desktops failed: '', due, told, unclear.
ALTER TABLE orders ADD COLUMN fates TEXT NOT NULL DEFAULT '';

DROP INDEX orders_queued;
CREATE INDEX orders_queued ON orders (created_at, id, next_attempt_at) WHERE state = 'queued' AND held = FALSE;
CREATE INDEX orders_fates_due ON orders (created_at, id) WHERE fates = 'due';

-- What the order is to change of the target: as the inventory knew it when it was placed (none: it did not know the
-- target), and as it is to be (none: not one thing that can be compared). What became of it, once that is found out.
ALTER TABLE order_targets ADD COLUMN aim_before TEXT;
ALTER TABLE order_targets ADD COLUMN aim_after TEXT;
ALTER TABLE order_targets ADD COLUMN fate TEXT;

-- The calls of a draft that needs several; JSON: each order's ID and quote.
ALTER TABLE drafts ADD COLUMN calls TEXT;

-- A request of several calls: running, paused or stopped.
CREATE TABLE runs (
    request_id TEXT PRIMARY KEY REFERENCES orders (id), -- its first order
    state      TEXT NOT NULL,
    actor      TEXT NOT NULL, -- who made it so
    doubt      TEXT,          -- the call in doubt that it was paused for
    changed_at BIGINT NOT NULL
);
