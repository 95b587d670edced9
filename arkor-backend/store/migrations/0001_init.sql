CREATE TABLE orgs (
  id   TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
) STRICT;

INSERT INTO orgs (id, slug, name) VALUES ('local', 'local', 'This machine');

CREATE TABLE projects (
  id         TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES orgs (id),
  slug       TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (org_id, slug)
) STRICT;

CREATE TABLE datasets (
  project_id   TEXT NOT NULL REFERENCES projects (id),
  sha256       TEXT NOT NULL,
  size         INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  filename     TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  PRIMARY KEY (project_id, sha256)
) STRICT;
CREATE INDEX datasets_by_content ON datasets (sha256);

CREATE TABLE jobs (
  seq                  INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival: the order of the queue
  id                   TEXT NOT NULL UNIQUE,
  project_id           TEXT NOT NULL REFERENCES projects (id),
  name                 TEXT NOT NULL,
  status               TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  config               TEXT NOT NULL, -- as submitted, without secrets
  secret               TEXT,          -- token of a blob URL; gone once the URL is fetched
  error                TEXT,
  created_at           TEXT NOT NULL,
  started_at           TEXT,
  completed_at         TEXT,
  resumed_job          TEXT,
  resumed_step         INTEGER,
  cancel_requested     INTEGER NOT NULL DEFAULT 0,
  restarts             INTEGER NOT NULL DEFAULT 0,  -- workers that died by themselves
  output_offset        INTEGER NOT NULL DEFAULT 0,  -- how far the worker's output is stored
  last_event           INTEGER NOT NULL DEFAULT 0,
  last_log_step        INTEGER NOT NULL DEFAULT -1,
  last_checkpoint_step INTEGER NOT NULL DEFAULT -1
) STRICT;
CREATE INDEX jobs_by_project ON jobs (project_id, created_at DESC, id DESC);
CREATE INDEX jobs_by_status ON jobs (status, seq);

-- Streams of deleted jobs answer 410, not 404.
CREATE TABLE deleted_jobs (
  id         TEXT PRIMARY KEY,
  project_id TEXT NOT NULL
) STRICT;

-- Dataset files of a job: uploads that it names, or the copy of a fetched URL.
CREATE TABLE job_files (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  role   TEXT NOT NULL CHECK (role IN ('train', 'eval')),
  sha256 TEXT NOT NULL,
  name   TEXT NOT NULL,
  PRIMARY KEY (job_id, role)
) STRICT;
CREATE INDEX job_files_by_content ON job_files (sha256);

CREATE TABLE events (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  id     INTEGER NOT NULL,
  type   TEXT NOT NULL,
  data   TEXT NOT NULL,
  PRIMARY KEY (job_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  id         TEXT PRIMARY KEY,
  job_id     TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  step       INTEGER,
  name       TEXT NOT NULL,
  size       INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (job_id, name)
) STRICT;
CREATE INDEX artifacts_by_content ON artifacts (sha256);

CREATE TABLE idempotency (
  project_id TEXT NOT NULL REFERENCES projects (id),
  key        TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  job_id     TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  PRIMARY KEY (project_id, key)
) STRICT, WITHOUT ROWID;
