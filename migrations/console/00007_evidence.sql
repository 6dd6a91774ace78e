-- +goose Up
-- What the cloud's own order list tells about an order in doubt; kept after it is settled, for those who ask why.
CREATE TABLE order_evidence (
    order_id  TEXT PRIMARY KEY REFERENCES orders (id),
    evidence  TEXT NOT NULL, -- JSON
    looked_at BIGINT NOT NULL
);
