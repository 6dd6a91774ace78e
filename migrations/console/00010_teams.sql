-- +goose Up
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
