-- +goose Up
-- Sessions of people whom a sign-in proxy names. An ended one stays until it would have expired: its browser is told.
ALTER TABLE sessions ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN member_of TEXT NOT NULL DEFAULT '[]'; -- JSON: the groups that the proxy named last
ALTER TABLE sessions ADD COLUMN ended_at BIGINT;
ALTER TABLE sessions ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_of_person ON sessions (name, last_seen_at, id_hash) WHERE ended_at IS NULL;

-- Who was seen, as they were then.
CREATE TABLE people (
    subject      TEXT PRIMARY KEY,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX people_by_last_seen ON people (last_seen_at);

-- The team '' is everywhere: an admin's.
CREATE TABLE people_roles (
    team    TEXT NOT NULL,
    role    TEXT NOT NULL,
    subject TEXT NOT NULL REFERENCES people (subject),
    PRIMARY KEY (team, role, subject)
);
CREATE INDEX people_roles_of_person ON people_roles (subject);
