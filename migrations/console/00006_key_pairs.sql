-- +goose Up
-- API keys sign too: an access key, and its secret key encrypted with a key that is not in the database. Keys from before
-- have a token only.
ALTER TABLE api_keys ADD COLUMN ak TEXT;
ALTER TABLE api_keys ADD COLUMN sealed_sk TEXT;
CREATE UNIQUE INDEX api_keys_by_ak ON api_keys (ak) WHERE ak IS NOT NULL;
