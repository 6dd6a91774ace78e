-- +goose Up
-- The overview's sums, kept with every change of an order: to add up a long history takes long. The team '*' is all teams,
-- the kind '*' all kinds; '' is nobody's. Periods are those in which the orders were submitted, in UTC.

-- What an order adds to them: orders.Figures as JSON. NULL is an order from before they were kept; it is added when the
-- database is opened.
ALTER TABLE orders ADD COLUMN figures TEXT;
CREATE INDEX orders_without_figures ON orders (id) WHERE figures IS NULL;

CREATE TABLE spent_months (
    team     TEXT NOT NULL,
    month    TEXT NOT NULL, -- 2026-11
    kind     TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   TEXT NOT NULL,
    PRIMARY KEY (team, month, kind, currency)
);
CREATE INDEX spent_months_by_kind ON spent_months (kind, month, team, currency);

CREATE TABLE outcome_months (
    team    TEXT NOT NULL,
    month   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (team, month, outcome)
);

CREATE TABLE took_weeks (
    team TEXT NOT NULL,
    week TEXT NOT NULL, -- 2026-11-16, a Monday
    took TEXT NOT NULL,
    n    BIGINT NOT NULL,
    PRIMARY KEY (team, week, took)
);
