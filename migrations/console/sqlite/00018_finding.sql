-- What an order can be found by: words and IDs of all that belongs to it, in lower case (docs/adr/0021-finding-again.md).
-- By order to narrow a list, and by term and team in the order of lists to lead one.
CREATE TABLE order_terms (
    order_id   TEXT NOT NULL REFERENCES orders (id),
    term       TEXT NOT NULL,
    team       TEXT NOT NULL, -- the order's, '' for nobody's
    created_at BIGINT NOT NULL, -- the order's
    PRIMARY KEY (order_id, term)
) WITHOUT ROWID;
CREATE INDEX order_terms_by_term ON order_terms (term, team, created_at, order_id);
