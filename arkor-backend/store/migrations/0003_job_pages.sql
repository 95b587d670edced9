-- Pages of jobs with one status, without looking at all the others.
CREATE INDEX jobs_by_project_status ON jobs (project_id, status, created_at DESC, id DESC);
