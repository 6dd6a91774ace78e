-- +goose Up
-- Teams, as canonical JSON, and beside it what of the inventory is theirs: an enterprise project has one owner.
CREATE TABLE teams (
    name       TEXT PRIMARY KEY,
    definition TEXT NOT NULL, -- canonical JSON
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE enterprise_projects (
    enterprise_project_id TEXT PRIMARY KEY,
    team                  TEXT NOT NULL REFERENCES teams (name)
);
CREATE INDEX enterprise_projects_of_team ON enterprise_projects (team);

-- Grows with every change of the teams: by it a console knows that what it remembers is old.
CREATE TABLE team_state (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO team_state (id, version) VALUES (1, 0);

-- A team to which a live key is bound is not deleted.
CREATE INDEX api_keys_of_team ON api_keys (team) WHERE revoked_at IS NULL AND team IS NOT NULL;
