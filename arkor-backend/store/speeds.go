package store

import "context"

// speedsRead is how many logs of the latest jobs with a model are looked at.
const speedsRead = 500

// Speeds returns how many tokens a second the latest three jobs with a model
// were trained at, one for each log. The first logs hold the time of compiling.
func (s *Store) Speeds(ctx context.Context, model string) ([]float64, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT json_extract(e.data, '$.tokensPerSecond') AS speed FROM events e JOIN (
			SELECT id, seq FROM jobs WHERE last_log_step > 0 AND json_extract(config, '$.model') = ?1 ORDER BY seq DESC LIMIT 3
		) j ON j.id = e.job_id
		WHERE e.type = 'training.log' AND speed > 0 AND json_extract(e.data, '$.step') > 1
		ORDER BY j.seq DESC, e.id DESC LIMIT ?2`, model, speedsRead)
	return collect(rows, err, func(row scanner) (speed float64, err error) {
		return speed, row.Scan(&speed)
	})
}
