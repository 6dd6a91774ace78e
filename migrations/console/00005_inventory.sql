-- +goose Up
-- What the cloud has, as last read: the cloud's own JSON, and beside it what lists filter and sort by. Columns with
-- "key" are in lower case, for people's searches.
CREATE TABLE desktops (
    desktop_id            TEXT PRIMARY KEY,
    name_key              TEXT NOT NULL,
    user_key              TEXT NOT NULL,
    product_id            TEXT NOT NULL,
    image_id              TEXT NOT NULL,
    status                TEXT NOT NULL,
    charge_mode           TEXT NOT NULL,
    desktop_type          TEXT NOT NULL,
    pool_id               TEXT NOT NULL,
    enterprise_project_id TEXT NOT NULL,
    expire_time           TEXT NOT NULL,
    created               TEXT NOT NULL,
    json                  TEXT NOT NULL
);
CREATE INDEX desktops_by_name ON desktops (name_key, desktop_id);
CREATE INDEX desktops_by_user ON desktops (user_key, desktop_id);
CREATE INDEX desktops_by_product ON desktops (product_id, desktop_id);
CREATE INDEX desktops_by_status ON desktops (status, desktop_id);
CREATE INDEX desktops_by_expiry ON desktops (expire_time, desktop_id);
CREATE INDEX desktops_by_created ON desktops (created, desktop_id);
CREATE INDEX desktops_by_pool ON desktops (pool_id, name_key, desktop_id);
CREATE INDEX desktops_by_project ON desktops (enterprise_project_id, name_key, desktop_id);

-- The disks of the desktops, for pickers.
CREATE TABLE volumes (
    desktop_id   TEXT NOT NULL REFERENCES desktops (desktop_id),
    position     BIGINT NOT NULL, -- 0 is the system disk
    volume_id    TEXT NOT NULL,
    pool_disk_id TEXT NOT NULL,
    name_key     TEXT NOT NULL, -- the desktop's
    label        TEXT NOT NULL,
    PRIMARY KEY (desktop_id, position)
);
CREATE INDEX volumes_by_id ON volumes (volume_id);
CREATE INDEX volumes_by_name ON volumes (name_key, desktop_id, position);

CREATE TABLE pools (
    id                    TEXT PRIMARY KEY,
    name_key              TEXT NOT NULL,
    type                  TEXT NOT NULL,
    status                TEXT NOT NULL,
    enterprise_project_id TEXT NOT NULL,
    json                  TEXT NOT NULL
);
CREATE INDEX pools_by_name ON pools (name_key, id);

-- Products, images, users, …: short lists that are read as a whole.
CREATE TABLE catalogue (
    list     TEXT NOT NULL,
    position BIGINT NOT NULL,
    json     TEXT NOT NULL,
    PRIMARY KEY (list, position)
);

CREATE TABLE inventory_state (
    id                BIGINT PRIMARY KEY CHECK (id = 1),
    refreshed_at      BIGINT,
    problem           TEXT NOT NULL,
    catalogue_version BIGINT NOT NULL -- grows when the catalogue or the list of pools changes
);
INSERT INTO inventory_state (id, refreshed_at, problem, catalogue_version) VALUES (1, NULL, '', 0);
