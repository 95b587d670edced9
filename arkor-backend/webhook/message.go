package webhook

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// message is the body of a delivery. It is made of what is stored, which does
// not change any more: every attempt sends the same bytes.
type message struct {
	Type      string `json:"type"` // that of the event that ended the job
	Timestamp string `json:"timestamp"`
	Data      data   `json:"data"`
}

type data struct {
	Job       cloud.Job       `json:"job"`
	Step      *int64          `json:"step"` // last step of a job that did not complete
	Metrics   json.RawMessage `json:"metrics"`
	Artifacts json.RawMessage `json:"artifacts"`
}

// compose returns the message about a job that has ended.
func compose(ctx context.Context, s *store.Store, jobID string) ([]byte, error) {
	job, err := s.Job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	last, err := s.Events(ctx, jobID, job.LastEvent-1, 1)
	if err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, errors.New("the event of the job's end is not stored")
	}
	var end struct {
		Timestamp string          `json:"timestamp"`
		Step      *int64          `json:"step"`
		Metrics   json.RawMessage `json:"metrics"`
		Artifacts json.RawMessage `json:"artifacts"`
	}
	if err := json.Unmarshal(last[0].Data, &end); err != nil {
		return nil, err
	}
	if end.Artifacts == nil {
		end.Artifacts = json.RawMessage("[]")
	}
	job.Webhook = nil
	return json.Marshal(message{last[0].Type, end.Timestamp, data{job.Job, end.Step, end.Metrics, end.Artifacts}})
}
