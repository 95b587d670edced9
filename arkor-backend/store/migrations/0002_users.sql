-- Callers other than the owner: those whom an OpenID provider knows, and
-- anonymous ones. Each is a member of one organisation.
CREATE TABLE users (
  id           TEXT PRIMARY KEY,
  org_id       TEXT NOT NULL REFERENCES orgs (id),
  issuer       TEXT,
  subject      TEXT,
  email        TEXT,
  kind         TEXT,        -- of an anonymous one: "cli" or "web"
  token_sha256 TEXT UNIQUE, -- of an anonymous one
  created_at   TEXT NOT NULL,
  UNIQUE (issuer, subject),
  CHECK ((issuer IS NULL) = (subject IS NULL) AND (kind IS NULL) = (token_sha256 IS NULL)
    AND (issuer IS NULL) <> (token_sha256 IS NULL))
) STRICT;
