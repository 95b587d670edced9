package store

import "context"

// Speeds returns how many tokens a second the latest jobs with a model were
// trained at, one for each job with as many logs as say something. The first
// log of a job holds the time of compiling.
func (s *Store) Speeds(ctx context.Context, model string, jobs, logs int) ([]float64, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT count(*) / sum(1.0 / speed) FROM (
			SELECT e.job_id, json_extract(e.data, '$.tokensPerSecond') AS speed, json_extract(e.data, '$.step') AS step FROM events e JOIN (
				SELECT id FROM jobs WHERE last_log_step > ?3 AND json_extract(config, '$.model') = ?1 ORDER BY seq DESC LIMIT ?2
			) j ON j.id = e.job_id WHERE e.type = 'training.log'
		) WHERE speed > 0 AND step > 1 GROUP BY job_id HAVING count(*) >= ?3`, model, jobs, logs)
	return collect(rows, err, func(row scanner) (speed float64, err error) {
		return speed, row.Scan(&speed)
	})
}
