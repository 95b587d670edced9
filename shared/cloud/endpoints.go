package cloud

// Endpoint publishes what was trained, or a model as it is, under a name of its
// own. The API calls it a deployment in bodies and an endpoint in paths.
type Endpoint struct {
	ID               string         `json:"id"`
	Slug             string         `json:"slug"`
	OrgID            string         `json:"orgId"`
	ProjectID        string         `json:"projectId"`
	Target           EndpointTarget `json:"target"`
	AuthMode         string         `json:"authMode"`      // AuthNone or AuthAPIKey
	URLFormat        string         `json:"urlFormat"`     // always OpenAIFormat
	URL              string         `json:"url,omitempty"` // where it answers, for OpenAI's clients; "" where the backend does not say
	Enabled          bool           `json:"enabled"`
	CustomDomain     *string        `json:"customDomain"`
	RunRetentionMode string         `json:"runRetentionMode,omitempty"` // one of the Retain constants, or a newer one
	RunRetentionDays int64          `json:"runRetentionDays,omitempty"` // of RetainDays only
	CreatedAt        string         `json:"createdAt"`
	UpdatedAt        string         `json:"updatedAt"`
}

// EndpointTarget is what an endpoint answers with: Kind TargetAdapter and an
// Adapter, or TargetBaseModel and a BaseModel.
type EndpointTarget struct {
	Kind      string   `json:"kind"`
	Adapter   *Adapter `json:"adapter,omitempty"`
	BaseModel string   `json:"baseModel,omitempty"`
}

// The words of endpoints.
const (
	TargetAdapter   = "adapter"
	TargetBaseModel = "base_model"

	AuthNone   = "none"          // open to everybody
	AuthAPIKey = "fixed_api_key" // callers need a key

	OpenAIFormat = "openai_compat"

	RetainUnlimited = "unlimited"
	RetainDisabled  = "disabled"
	RetainDays      = "days"
)

// EndpointKey is a key as it is listed. Enabled is false once it is revoked.
type EndpointKey struct {
	ID         string  `json:"id"`
	Label      string  `json:"label"`
	Prefix     string  `json:"prefix"`
	Enabled    bool    `json:"enabled"`
	CreatedAt  string  `json:"createdAt"`
	LastUsedAt *string `json:"lastUsedAt"`
}

// NewEndpointKey is a key when it is made, the only time its Plaintext is told.
type NewEndpointKey struct {
	ID        string `json:"id"`
	Label     string `json:"label"`
	Plaintext string `json:"plaintext"`
	Prefix    string `json:"prefix"`
	CreatedAt string `json:"createdAt"`
}

// String and GoString keep the key out of messages.
func (k NewEndpointKey) String() string   { return "key " + k.Prefix }
func (k NewEndpointKey) GoString() string { return k.String() }
