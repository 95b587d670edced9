// Package cloud holds the wire contract of the cloud API, which the managed
// cloud and arkor-backend both serve: the types, a client, the event stream.
package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Scope names the project that a request is about.
type Scope struct {
	OrgSlug     string
	ProjectSlug string
}

// Org is an organisation.
type Org struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name,omitempty"`
}

// User is the caller. Email is nil for anonymous callers and local owners.
type User struct {
	ID    string  `json:"id"`
	Email *string `json:"email"`
}

// Me answers GET /v1/me.
type Me struct {
	User User  `json:"user"`
	Orgs []Org `json:"orgs"`
}

// AuthConfig answers GET /v1/auth/cli/config. The strings are nil where the
// deployment has no OAuth sign-in. The last two fields are our addition; the
// managed cloud sends neither.
type AuthConfig struct {
	Auth0Domain   *string        `json:"auth0Domain"` // host, or an issuer with its scheme
	ClientID      *string        `json:"clientId"`
	Audience      *string        `json:"audience"`
	CallbackPorts []int          `json:"callbackPorts"`       // of the loopback listener, tried in order
	Anonymous     *bool          `json:"anonymous,omitempty"` // false: there are no anonymous identities here
	Endpoints     *AuthEndpoints `json:"endpoints,omitempty"`
}

// AuthEndpoints are the addresses of an OpenID provider. Where one is "", the
// provider does not offer it; where there are none at all, they are those of
// Auth0 on AuthConfig.Auth0Domain.
type AuthEndpoints struct {
	Authorization       string `json:"authorization"`
	Token               string `json:"token"`
	DeviceAuthorization string `json:"deviceAuthorization,omitempty"`
	Revocation          string `json:"revocation,omitempty"`
}

// Auth0Endpoints are those of Auth0, and of whoever does it alike, below an
// issuer's address without a slash at its end.
func Auth0Endpoints(issuer string) AuthEndpoints {
	return AuthEndpoints{
		Authorization: issuer + "/authorize", Token: issuer + "/oauth/token",
		DeviceAuthorization: issuer + "/oauth/device/code", Revocation: issuer + "/oauth/revoke",
	}
}

// AnonymousIdentity answers POST /v1/auth/anonymous.
type AnonymousIdentity struct {
	Token       string `json:"token"`
	AnonymousID string `json:"anonymousId"`
	Kind        string `json:"kind"` // "cli" or "web", as asked for
	PersonalOrg Org    `json:"personalOrg"`
}

// Project is a project of an organisation.
type Project struct {
	ID    string `json:"id"`
	Slug  string `json:"slug"`
	Name  string `json:"name"`
	OrgID string `json:"orgId"`
}

// JobStatus is a closed set: any other value breaks existing clients.
type JobStatus string

const (
	Queued    JobStatus = "queued"
	Running   JobStatus = "running"
	Completed JobStatus = "completed"
	Failed    JobStatus = "failed"
	Cancelled JobStatus = "cancelled"
)

// Terminal reports whether a job with this status will never change again.
func (s JobStatus) Terminal() bool { return s == Completed || s == Failed || s == Cancelled }

// Valid reports whether s is one of the five.
func (s JobStatus) Valid() bool { return s == Queued || s == Running || s.Terminal() }

// Job is a training job. Config is the object that was submitted, without the
// secrets in it.
type Job struct {
	ID          string          `json:"id"`
	OrgID       string          `json:"orgId"`
	ProjectID   string          `json:"projectId"`
	Name        string          `json:"name"`
	Status      JobStatus       `json:"status"`
	Config      json.RawMessage `json:"config"`
	Error       *string         `json:"error"`
	CreatedAt   string          `json:"createdAt"`
	StartedAt   *string         `json:"startedAt"`
	CompletedAt *string         `json:"completedAt"`
	ResumedFrom *ResumedFrom    `json:"resumedFrom,omitempty"`
	JobsAhead   int             `json:"jobsAhead,omitempty"` // trainings that have to end before this queued one begins
	Webhook     *WebhookState   `json:"webhook,omitempty"`   // nil where the job has none
}

// WebhookState says how far the message about a job's end has come.
type WebhookState struct {
	Status        WebhookStatus `json:"status"`
	Attempts      int           `json:"attempts"`
	LastStatus    *int          `json:"lastStatus"` // HTTP status of the last answer
	LastError     *string       `json:"lastError"`
	NextAttemptAt *string       `json:"nextAttemptAt"`
}

// WebhookStatus is where the message of a webhook stands.
type WebhookStatus string

const (
	WebhookWaiting   WebhookStatus = "waiting" // for the job's end
	WebhookPending   WebhookStatus = "pending" // it is sent until somebody takes it
	WebhookDelivered WebhookStatus = "delivered"
	WebhookFailed    WebhookStatus = "failed" // it is not sent any more
)

// ResumedFrom is the checkpoint that a job began with.
type ResumedFrom struct {
	JobID string `json:"jobId"`
	Step  int64  `json:"step"`
}

// The types of events in a job's stream.
const (
	EventStarted    = "training.started"
	EventLog        = "training.log"
	EventCheckpoint = "checkpoint.saved"
	EventCompleted  = "training.completed"
	EventFailed     = "training.failed"
	EventCancelled  = "training.cancelled"
	EventPing       = "ping"
	EventEnd        = "end"
)

// Artifact is a file that a job produced. Step is nil for the final result.
type Artifact struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Step      *int64 `json:"step"`
	Name      string `json:"name"` // relative, "/" between parts, no ".."
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	CreatedAt string `json:"createdAt"`
}

// Dataset is an uploaded file; its ID is "sha256:" and the hash of its bytes.
type Dataset struct {
	ID          string `json:"id"`
	Size        int64  `json:"size"`
	ContentType string `json:"contentType"`
	Filename    string `json:"filename,omitempty"`
	CreatedAt   string `json:"createdAt"`
}

// Model is something that a backend can train or serve.
type Model struct {
	ID           string            `json:"id"`
	DisplayName  string            `json:"displayName"`
	Parameters   *int64            `json:"parameters"`
	Limits       ModelLimits       `json:"limits"`
	Capabilities ModelCapabilities `json:"capabilities"`
}

// ModelLimits are the largest values of a job's config; nil means not known.
type ModelLimits struct {
	MaxLength    *int64 `json:"maxLength"`
	MaxBatchSize *int64 `json:"maxBatchSize"`
	MaxLoraR     *int64 `json:"maxLoraR"`
}

// ModelCapabilities say what a backend can do with a model.
type ModelCapabilities struct {
	Train             bool `json:"train"`
	Infer             bool `json:"infer"`
	LoadIn4bit        bool `json:"loadIn4bit"`
	Tools             bool `json:"tools"`
	StructuredOutputs bool `json:"structuredOutputs"`
}

// Models answers GET /v1/models.
type Models struct {
	Models       []Model       `json:"models"`
	Limits       BackendLimits `json:"limits"`
	DatasetTypes []string      `json:"datasetTypes"`
}

// BackendLimits hold for all models; nil means not known.
type BackendLimits struct {
	MaxDatasetBytes   *int64 `json:"maxDatasetBytes"`
	MaxConcurrentJobs *int64 `json:"maxConcurrentJobs"`
}

// Timestamp writes t the way the API does: UTC with milliseconds, so that
// timestamps sort as text.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// decodeError is a 2xx answer that does not have the shape of the contract.
type decodeError struct {
	what  string
	cause error
}

func (e *decodeError) Error() string {
	why := e.cause.Error()
	var wrong *json.UnmarshalTypeError
	if errors.As(e.cause, &wrong) { // its own words name types of ours
		why = fmt.Sprintf("%s is of type %s", wrong.Field, wrong.Value)
		if wrong.Field == "" {
			why = "it is of type " + wrong.Value
		}
	}
	return fmt.Sprintf("the answer to %s is not what the cloud API promises: %s", e.what, why)
}

func (e *decodeError) Unwrap() error { return e.cause }
