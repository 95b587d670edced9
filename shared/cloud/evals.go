package cloud

// EvalResult is what an eval found about one model of a job. The numbers are
// nil when no sample got a score.
type EvalResult struct {
	ID        string       `json:"id"`
	CreatedAt string       `json:"createdAt"`
	Name      string       `json:"name"`
	Target    EvalTarget   `json:"target"`
	Count     int64        `json:"count"`  // samples that were tried
	Failed    int64        `json:"failed"` // those without a score
	Mean      *float64     `json:"mean"`
	Min       *float64     `json:"min"`
	Max       *float64     `json:"max"`
	Threshold *float64     `json:"threshold"` // nil: the eval decides nothing
	Passed    *bool        `json:"passed"`    // nil without a threshold
	Worst     []EvalSample `json:"worst"`     // lowest score first
}

// EvalTarget is the model that was asked.
type EvalTarget struct {
	Kind  string `json:"kind"`            // "final", "checkpoint", "base" or "endpoint"
	Step  *int64 `json:"step,omitempty"`  // of a final adapter or a checkpoint, where it is known
	Model string `json:"model,omitempty"` // of a base model
	Slug  string `json:"slug,omitempty"`  // of an endpoint
}

// EvalSample is one question of an eval and what came of it.
type EvalSample struct {
	Prompt *string  `json:"prompt"`
	Answer *string  `json:"answer"`
	Score  *float64 `json:"score"` // nil when the sample failed
	Note   *string  `json:"note"`
}

// Pass says whether the threshold was reached: by every sample having a score,
// and by their mean. It is nil without a threshold.
func (r EvalResult) Pass() *bool {
	if r.Threshold == nil {
		return nil
	}
	passed := r.Failed == 0 && r.Mean != nil && *r.Mean >= *r.Threshold
	return &passed
}
