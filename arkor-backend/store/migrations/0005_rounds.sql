-- The queue takes jobs by rounds, one job of each project in a round, so that
-- a project with many jobs does not keep the others waiting.
ALTER TABLE jobs ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_in_turn ON jobs (round, seq) WHERE status = 'queued';

CREATE TABLE queue (
  round INTEGER NOT NULL -- of the job that was taken last
) STRICT;
INSERT INTO queue (round) VALUES (0);
