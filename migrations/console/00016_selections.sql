-- +goose Up
-- What somebody has ticked in the list of desktops, for one order over all of it; one person's, in one team ('' for those who
-- see everything), swept after a day.
CREATE TABLE selections (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    team       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX selections_of_owner ON selections (owner, updated_at);
CREATE INDEX selections_by_time ON selections (updated_at);
-- A desktop may be gone from the inventory by the time the selection is read: it counts no more then.
CREATE TABLE selection_items (
    selection_id TEXT NOT NULL REFERENCES selections (id),
    desktop_id   TEXT NOT NULL,
    PRIMARY KEY (selection_id, desktop_id)
);

-- More to filter and sort by. layout says which columns a row was filled in for: an older one is written anew by the next
-- refresh, though the cloud says the same of it.
ALTER TABLE desktops ADD COLUMN layout BIGINT NOT NULL DEFAULT 0;
ALTER TABLE desktops ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- the first IP address
ALTER TABLE desktops ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE desktops ADD COLUMN sharing BOOLEAN NOT NULL DEFAULT FALSE; -- has collaboration resources
CREATE INDEX desktops_by_address ON desktops (address, desktop_id);
CREATE TABLE desktop_tags (
    desktop_id TEXT NOT NULL REFERENCES desktops (desktop_id),
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (desktop_id, key)
);
CREATE INDEX desktop_tags_by_key ON desktop_tags (key, value, desktop_id);

ALTER TABLE pools ADD COLUMN layout BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN product_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN image_id TEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN charge_mode TEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN expire_time TEXT NOT NULL DEFAULT '';
CREATE INDEX pools_by_product ON pools (product_id, id);
CREATE INDEX pools_by_status ON pools (status, id);
CREATE INDEX pools_by_expiry ON pools (expire_time, id);
CREATE INDEX pools_of_team_by_product ON pools (team, product_id, id);
CREATE INDEX pools_of_team_by_status ON pools (team, status, id);
CREATE INDEX pools_of_team_by_expiry ON pools (team, expire_time, id);
