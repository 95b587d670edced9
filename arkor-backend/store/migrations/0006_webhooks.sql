-- Whom the end of a job is told. The secret stays as long as the job does: the
-- end of a job that goes on from it is signed with the same.
CREATE TABLE webhooks (
  job_id      TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  id          TEXT NOT NULL, -- of the message, the same in every attempt
  url         TEXT NOT NULL,
  secret      TEXT,
  status      TEXT NOT NULL CHECK (status IN ('waiting', 'pending', 'delivered', 'failed')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  due_at      TEXT,    -- of the next attempt
  last_status INTEGER, -- HTTP status of the last answer
  last_error  TEXT,
  CHECK ((status = 'pending') = (due_at IS NOT NULL))
) STRICT;
CREATE INDEX webhooks_due ON webhooks (due_at) WHERE status = 'pending';
