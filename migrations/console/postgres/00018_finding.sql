-- What an order can be found by: words and IDs of all that belongs to it, in lower case (docs/adr/0021-finding-again.md).
-- By order to narrow a list, and by term and team in the order of lists to lead one.
CREATE TABLE order_terms (
    order_id   TEXT NOT NULL REFERENCES orders (id),
    term       TEXT NOT NULL,
    team       TEXT NOT NULL, -- the order's, '' for nobody's
    created_at BIGINT NOT NULL, -- the order's
    PRIMARY KEY (order_id, term)
);
CREATE INDEX order_terms_by_term ON order_terms (term, team, created_at, order_id);

-- People are looked for by the beginning of what they are called, in lower case.
ALTER TABLE people ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE people SET email_key = lower(email), name_key = lower(name);
CREATE INDEX people_by_email ON people (email_key, subject);
CREATE INDEX people_by_name ON people (name_key, subject);

-- The filters of a list under a name: one person's, or shared with a team ('' for those who see everything).
CREATE TABLE saved_views (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    team       TEXT NOT NULL,
    shared     BOOLEAN NOT NULL,
    page       TEXT NOT NULL, -- the list's: orders, desktops, …
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_views_of_owner ON saved_views (owner, page, name);
CREATE INDEX saved_views_of_team ON saved_views (team, page, name) WHERE shared;

-- Forms that were saved with some inputs fixed; team '' is for everybody.
CREATE TABLE templates (
    id         TEXT PRIMARY KEY,
    team       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    desktop_id TEXT NOT NULL,
    body       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    fixed      TEXT NOT NULL, -- JSON: the paths of the inputs that cannot be changed
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX templates_by_name ON templates (name, id);
CREATE INDEX templates_of_team ON templates (team, name, id);

-- The template that a draft was filled in from, '' for none.
ALTER TABLE drafts ADD COLUMN template TEXT NOT NULL DEFAULT '';
