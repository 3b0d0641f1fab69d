-- Keys that allow more requests. Only their hashes are kept. The serving role may see these and the limits, not whose
-- a key is; only the owner of the store makes and revokes them.

CREATE TABLE api_key (
    id         text PRIMARY KEY CHECK (id ~ '^[a-z2-7]{8}$'),
    name       text NOT NULL CHECK (name <> ''),
    sha256     bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    requests   integer NOT NULL CHECK (requests > 0),
    seconds    integer NOT NULL CHECK (seconds > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

GRANT SELECT (id, sha256, requests, seconds, revoked_at) ON api_key TO cunzhao_reader;
