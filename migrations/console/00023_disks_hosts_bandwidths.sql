-- +goose Up
-- The disks are a list of their own now, with what of their desktop it is filtered by; the next refresh of the inventory fills
-- these in (desktops.layout). place is a disk's name in the list: its desktop and its position.
ALTER TABLE volumes ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN type TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN size BIGINT NOT NULL DEFAULT 0; -- GB
ALTER TABLE volumes ADD COLUMN pool_id TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN status TEXT NOT NULL DEFAULT ''; -- of the desktop
ALTER TABLE volumes ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE volumes ADD COLUMN charge_mode TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN expire_time TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN enterprise_project_id TEXT NOT NULL DEFAULT '';
ALTER TABLE volumes ADD COLUMN json TEXT NOT NULL DEFAULT '{}';
UPDATE volumes SET team = (SELECT d.team FROM desktops d WHERE d.desktop_id = volumes.desktop_id);
CREATE INDEX volumes_in_order ON volumes (name_key, place);
CREATE INDEX volumes_by_size ON volumes (size, place);
CREATE INDEX volumes_by_expiry ON volumes (expire_time, place);
CREATE INDEX volumes_by_pool_disk ON volumes (pool_disk_id, name_key, place);
CREATE INDEX volumes_of_team_in_order ON volumes (team, name_key, place);
CREATE INDEX volumes_of_team_by_size ON volumes (team, size, place);
CREATE INDEX volumes_of_team_by_expiry ON volumes (team, expire_time, place);

-- Exclusive hosts and Workspace bandwidths leave the catalogue of short lists: they are somebody's, and lists of their own.
CREATE TABLE hosts (
    dedicated_host_id     TEXT PRIMARY KEY,
    name_key              TEXT NOT NULL,
    product_id            TEXT NOT NULL,
    availability_zone     TEXT NOT NULL,
    state                 TEXT NOT NULL,
    enterprise_project_id TEXT NOT NULL,
    team                  TEXT NOT NULL,
    layout                BIGINT NOT NULL,
    json                  TEXT NOT NULL
);
CREATE INDEX hosts_by_name ON hosts (name_key, dedicated_host_id);
CREATE INDEX hosts_by_state ON hosts (state, dedicated_host_id);
CREATE INDEX hosts_by_product ON hosts (product_id, dedicated_host_id);
CREATE INDEX hosts_of_team_by_name ON hosts (team, name_key, dedicated_host_id);
CREATE INDEX hosts_of_team_by_state ON hosts (team, state, dedicated_host_id);
CREATE INDEX hosts_of_team_by_product ON hosts (team, product_id, dedicated_host_id);

CREATE TABLE bandwidths (
    bandwidth_id          TEXT PRIMARY KEY,
    name_key              TEXT NOT NULL,
    charge_mode           TEXT NOT NULL,
    size                  BIGINT NOT NULL, -- Mbit/s
    subnet_id             TEXT NOT NULL,
    status                TEXT NOT NULL,
    enterprise_project_id TEXT NOT NULL,
    team                  TEXT NOT NULL,
    layout                BIGINT NOT NULL,
    json                  TEXT NOT NULL
);
CREATE INDEX bandwidths_by_name ON bandwidths (name_key, bandwidth_id);
CREATE INDEX bandwidths_by_size ON bandwidths (size, bandwidth_id);
CREATE INDEX bandwidths_by_subnet ON bandwidths (subnet_id, bandwidth_id);
CREATE INDEX bandwidths_of_team_by_name ON bandwidths (team, name_key, bandwidth_id);
CREATE INDEX bandwidths_of_team_by_size ON bandwidths (team, size, bandwidth_id);
DELETE FROM catalogue WHERE list IN ('hosts', 'bandwidths');
