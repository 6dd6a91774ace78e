-- +goose Up
-- Orders of the account's newest days that no order of this console has: another's, or a late ghost of ours. Their
-- cancellations are actions without an order.
CREATE TABLE foreign_orders (
    cloud_order_id TEXT PRIMARY KEY,
    status         BIGINT NOT NULL,
    order_type     BIGINT NOT NULL,
    amount         TEXT NOT NULL,
    currency       TEXT NOT NULL,
    create_time    BIGINT NOT NULL,
    user_name      TEXT NOT NULL,
    products       TEXT NOT NULL, -- JSON: a list of texts
    seen_at        BIGINT NOT NULL,
    action_id      TEXT REFERENCES actions (id) -- the last cancellation
);
CREATE INDEX foreign_orders_by_time ON foreign_orders (create_time, cloud_order_id);
