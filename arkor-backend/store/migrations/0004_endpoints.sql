-- What is published. Slugs become host names, so one is taken for all projects.
CREATE TABLE endpoints (
  id             TEXT PRIMARY KEY,
  project_id     TEXT NOT NULL REFERENCES projects (id),
  slug           TEXT NOT NULL UNIQUE,
  target         TEXT NOT NULL,             -- as the API shows it
  target_job     TEXT REFERENCES jobs (id), -- the job in target; it cannot be deleted
  auth_mode      TEXT NOT NULL CHECK (auth_mode IN ('none', 'fixed_api_key')),
  enabled        INTEGER NOT NULL,
  retention_mode TEXT NOT NULL CHECK (retention_mode IN ('unlimited', 'disabled', 'days')),
  retention_days INTEGER NOT NULL CHECK ((retention_mode = 'days') = (retention_days > 0)),
  created_at     TEXT NOT NULL,
  updated_at     TEXT NOT NULL
) STRICT;
CREATE INDEX endpoints_by_project ON endpoints (project_id, created_at);
CREATE INDEX endpoints_by_job ON endpoints (target_job);

CREATE TABLE endpoint_keys (
  id           TEXT PRIMARY KEY,
  endpoint_id  TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  label        TEXT NOT NULL,
  prefix       TEXT NOT NULL,
  sha256       TEXT NOT NULL UNIQUE, -- of the key, which is stored nowhere
  enabled      INTEGER NOT NULL DEFAULT 1,
  created_at   TEXT NOT NULL,
  last_used_at TEXT
) STRICT;
CREATE INDEX endpoint_keys_by_endpoint ON endpoint_keys (endpoint_id, created_at);
