-- +goose Up
-- Whose things are: '' is nobody's. Of desktops and pools it follows from their enterprise project, and is written down
-- with them so that a team's list is read along an index.
ALTER TABLE desktops ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE pools ADD COLUMN team TEXT NOT NULL DEFAULT '';
CREATE INDEX desktops_of_team_by_name ON desktops (team, name_key, desktop_id);
CREATE INDEX desktops_of_team_by_user ON desktops (team, user_key, desktop_id);
CREATE INDEX desktops_of_team_by_product ON desktops (team, product_id, desktop_id);
CREATE INDEX desktops_of_team_by_status ON desktops (team, status, desktop_id);
CREATE INDEX desktops_of_team_by_expiry ON desktops (team, expire_time, desktop_id);
CREATE INDEX desktops_of_team_by_created ON desktops (team, created, desktop_id);
CREATE INDEX pools_of_team_by_name ON pools (team, name_key, id);

-- Lists of one team's orders. Orders of no team are in none of these: admins read them along the indexes of all.
CREATE INDEX orders_of_team ON orders (team, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX orders_of_team_by_badge ON orders (team, badge, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX orders_of_team_by_kind ON orders (team, kind, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX orders_of_team_by_actor ON orders (team, actor, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX orders_of_team_by_door ON orders (team, door, created_at, id) WHERE team IS NOT NULL;
CREATE INDEX orders_of_team_moving ON orders (team, created_at, id) WHERE moving AND team IS NOT NULL;

ALTER TABLE audit ADD COLUMN team TEXT;
CREATE INDEX audit_of_team ON audit (team, time, seq) WHERE team IS NOT NULL;
CREATE INDEX audit_of_team_by_actor ON audit (team, actor, time, seq) WHERE team IS NOT NULL;
CREATE INDEX audit_of_team_by_door ON audit (team, door, time, seq) WHERE team IS NOT NULL;
CREATE INDEX audit_of_team_by_action ON audit (team, action, time, seq) WHERE team IS NOT NULL;

ALTER TABLE drafts ADD COLUMN team TEXT NOT NULL DEFAULT '';
