-- The embedded cloud's own file. Times are microseconds UTC, amounts are decimal text.

-- +goose Up

-- What the cloud remembers of itself: project, region, price_factor.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- What can be bought. It stays as it was when the file was made: one JSON list or object per class.
CREATE TABLE catalogue (
    class TEXT NOT NULL PRIMARY KEY,
    doc   TEXT NOT NULL
);

-- What there is. doc is the cloud's own JSON of it; seq is the order of lists.
CREATE TABLE objects (
    seq    INTEGER PRIMARY KEY,
    class  TEXT NOT NULL,             -- desktop, pool, user, host, bandwidth, eip
    id     TEXT NOT NULL,
    parent TEXT NOT NULL DEFAULT '',  -- a pooled desktop's pool
    doc    TEXT NOT NULL,
    UNIQUE (class, id)
);
CREATE INDEX objects_of_class ON objects (class, seq);
CREATE INDEX objects_of_parent ON objects (class, parent, seq) WHERE parent <> '';
CREATE INDEX objects_user_name ON objects (doc ->> 'user_name') WHERE class = 'user';

-- Names that are taken: by what there is, and by what open orders are going to make.
CREATE TABLE names (
    class    TEXT NOT NULL,
    name     TEXT NOT NULL COLLATE NOCASE,
    order_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (class, name)
);
CREATE INDEX names_of_order ON names (order_id) WHERE order_id <> '';

-- The number that follows the last one given under a name's prefix.
CREATE TABLE numbers (
    prefix TEXT NOT NULL COLLATE NOCASE PRIMARY KEY,
    next   INTEGER NOT NULL
);

-- used counts what there is and what open orders are going to make.
CREATE TABLE quotas (
    type     TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    quota    INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    unit     TEXT NOT NULL
);

CREATE TABLE account (
    currency TEXT NOT NULL PRIMARY KEY,
    balance  TEXT NOT NULL
);

CREATE TABLE orders (
    seq             INTEGER PRIMARY KEY,
    order_id        TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,     -- door/type
    status          INTEGER NOT NULL,  -- the cloud's numbers: 6 to be paid, 3 processing, 5 completed, 4 canceled
    order_type      INTEGER NOT NULL,
    amount          TEXT NOT NULL,     -- what is to be paid; negative when money comes back
    official_amount TEXT NOT NULL,
    currency        TEXT NOT NULL,
    user_name       TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    paid_at         BIGINT,
    due_at          BIGINT,            -- an open order's next moment: payment deadline or completion
    finished_at     BIGINT,
    pay_by          BIGINT,
    lines           TEXT NOT NULL,     -- JSON
    effect          TEXT NOT NULL,     -- JSON: what its completion does to objects
    needs           TEXT NOT NULL      -- JSON: what it takes of the quotas
);
CREATE INDEX orders_due ON orders (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX orders_created ON orders (created_at, seq);

-- The resources that open orders touch. A resource has one open order at a time.
CREATE TABLE open_targets (
    target   TEXT NOT NULL PRIMARY KEY,  -- desktop:ID, pool:ID, subnet:ID, user:ID
    order_id TEXT NOT NULL REFERENCES orders (order_id)
);
CREATE INDEX open_targets_of_order ON open_targets (order_id);

-- +goose Down

DROP TABLE open_targets;
DROP TABLE orders;
DROP TABLE account;
DROP TABLE quotas;
DROP TABLE numbers;
DROP TABLE names;
DROP TABLE objects;
DROP TABLE catalogue;
DROP TABLE settings;
