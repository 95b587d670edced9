-- Chats with endpoints, for as long as their endpoint retains them.
CREATE TABLE endpoint_runs (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- order in which they ended
  id          TEXT NOT NULL UNIQUE,
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  created_at  TEXT NOT NULL,
  data        TEXT NOT NULL -- as the API shows it
) STRICT;
CREATE INDEX endpoint_runs_by_endpoint ON endpoint_runs (endpoint_id, seq DESC);
