-- What evals found about a job's models, in the order in which it was told.
CREATE TABLE evals (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id     TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  data       TEXT NOT NULL, -- as the API shows it
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX evals_by_job ON evals (job_id, id);
