package cloud

import (
	"context"
	"errors"
	"net/http"
	"strconv"
)

// Preview is what a backend says of a training before there is a job: an
// addition of arkor-backend. Its counts are after the cut to MaxLength.
type Preview struct {
	Model         string          `json:"model"`
	MaxLength     int             `json:"maxLength"`
	BatchSize     int             `json:"batchSize"`
	Epochs        float64         `json:"epochs"`
	Steps         int             `json:"steps"`
	ResponsesOnly bool            `json:"responsesOnly"` // trained are answers only
	DryRun        bool            `json:"dryRun"`
	Train         *PreviewSet     `json:"train"`    // nil when the samples could not be read
	HeldOut       *PreviewSet     `json:"heldOut"`  // nil when none are held out
	Refusals      []Problem       `json:"refusals"` // a job made all the same would fail with the first of them
	Warnings      []Problem       `json:"warnings"`
	Samples       []PreviewSample `json:"samples"` // a few, token by token
	Estimate      Estimate        `json:"estimate"`
}

// The sets that a sample may belong to.
const (
	SetTrain   = "train"
	SetHeldOut = "heldOut"
)

// Codes of problems. The set is open.
const (
	ProblemNotReadable   = "not_readable"    // the samples or the settings; the message says why
	ProblemNoSamples     = "no_samples"      //
	ProblemNoAnswer      = "no_answer"       // a conversation without an assistant turn
	ProblemAllMasked     = "all_masked"      // no token of any sample is trained
	ProblemEndNotTrained = "end_not_trained" // the end of the answer is never trained
	ProblemLeak          = "held_out_leak"   // a sample is in both sets
	ProblemMasked        = "masked_samples"  // warnings from here on
	ProblemCut           = "cut_samples"     //
	ProblemEmptyAnswers  = "empty_answers"   // the assistant says nothing
	ProblemDuplicates    = "duplicates"      // within a set
	ProblemSharedPrompts = "shared_prompts"  // a prompt is in both sets, with different answers
)

// Problem is why a training is refused, or what its owner should know.
type Problem struct {
	Code    string `json:"code"`
	Set     string `json:"set"`  // "" when it is about no sample
	File    string `json:"file"` // as its owner calls it
	Line    int    `json:"line"` // 0 when the sample is of no file
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// String is "file:line: message".
func (p Problem) String() string {
	switch {
	case p.File == "":
		return p.Message
	case p.Line == 0:
		return p.File + ": " + p.Message
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ": " + p.Message
}

// PreviewSet counts a set of samples.
type PreviewSet struct {
	File       string         `json:"file"`
	Samples    int            `json:"samples"`
	Tokens     int            `json:"tokens"`
	Trained    int            `json:"trained"`    // tokens that are learned, or measured where they are held out
	Cut        int            `json:"cut"`        // samples longer than MaxLength
	Masked     int            `json:"masked"`     // samples of which no token is learned
	Duplicates int            `json:"duplicates"` // samples equal to an earlier one
	Longest    []SampleLength `json:"longest"`    // a few, longest first
}

// SampleLength is the length of a sample before the cut.
type SampleLength struct {
	Line   int `json:"line"`
	Tokens int `json:"tokens"`
}

// PreviewSample is a sample as the model sees it.
type PreviewSample struct {
	Set     string   `json:"set"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Why     []string `json:"why"`     // "longest", "typical", "shortest", or the codes of problems
	Tokens  int      `json:"tokens"`  // before the cut
	Trained int      `json:"trained"` // of those that are left
	Runs    []Run    `json:"runs"`
	More    int      `json:"more"` // tokens behind the last run, left out here
}

// What becomes of a token.
const (
	TokenTrained = "trained"
	TokenIgnored = "ignored"
	TokenCut     = "cut"
)

// Run is a stretch of tokens that all fare alike.
type Run struct {
	State   string `json:"state"`
	Special bool   `json:"special"` // control tokens, not text of the sample
	Tokens  int    `json:"tokens"`
	Text    string `json:"text"`
	Elided  bool   `json:"elided"` // the middle of the text is left out
}

// Estimate is what a training may take. Nil means not known.
type Estimate struct {
	Steps       *int     `json:"steps"`
	Seconds     *Range   `json:"seconds"`
	MemoryBytes *Range   `json:"memoryBytes"`
	Fits        *bool    `json:"fits"` // in the memory that is free now
	Warnings    []string `json:"warnings"`
}

// Range is two ends of what is likely.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Preview asks what a training with this config would see and take, and makes
// no job. It is nil, and unavailable says why, where that shows only when the
// training begins. A backend without the route answers with a *StatusError of
// 404 or 405.
func (c *Client) Preview(ctx context.Context, scope Scope, config any) (preview *Preview, unavailable string, err error) {
	var out struct {
		Preview     *Preview
		Unavailable string
	}
	err = c.call(ctx, http.MethodPost, "/v1/preview", scope.query(), map[string]any{"config": config}, &out)
	if err == nil && out.Preview == nil && out.Unavailable == "" {
		err = &decodeError{"POST /v1/preview", errors.New(`"preview" is missing`)}
	}
	return out.Preview, out.Unavailable, err
}

// Estimate asks what a training with this config would take, and makes no job.
func (c *Client) Estimate(ctx context.Context, scope Scope, config any) (Estimate, error) {
	var out struct{ Estimate *Estimate }
	err := c.call(ctx, http.MethodPost, "/v1/estimate", scope.query(), map[string]any{"config": config}, &out)
	if err == nil && out.Estimate == nil {
		err = &decodeError{"POST /v1/estimate", errors.New(`"estimate" is missing`)}
	}
	if err != nil {
		return Estimate{}, err
	}
	return *out.Estimate, nil
}
