-- +goose Up
-- What only one of several consoles does at a time, or once in a while for all of them: until when it is taken, and by whom.
CREATE TABLE duties (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
