package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
)

// check says what a job of an answer lacks.
func (j *Job) check() error {
	if j == nil {
		return errors.New("job is not an object")
	}
	var config struct{ Model *string }
	err := required("job", field{"id", j.ID}, field{"orgId", j.OrgID}, field{"projectId", j.ProjectID}, field{"name", j.Name}, field{"createdAt", j.CreatedAt})
	switch {
	case err != nil:
		return err
	case !j.Status.Valid():
		return fmt.Errorf("job.status is none of %s, %s, %s, %s, %s", Queued, Running, Completed, Failed, Cancelled)
	case json.Unmarshal(j.Config, &config) != nil || config.Model == nil:
		return errors.New("job.config.model is not a string")
	}
	return nil
}

// check says what a project of an answer lacks.
func (p *Project) check() error {
	if p == nil {
		return errors.New("project is not an object")
	}
	return required("project", field{"id", p.ID}, field{"slug", p.Slug}, field{"name", p.Name}, field{"orgId", p.OrgID})
}

type field struct{ name, value string }

func required(of string, fields ...field) error {
	for _, f := range fields {
		if f.value == "" {
			return fmt.Errorf("%s.%s is not a string", of, f.name)
		}
	}
	return nil
}

// readEndpoint reads an endpoint and says what it lacks.
func readEndpoint(raw json.RawMessage) (e Endpoint, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return e, errors.New("deployment is not an object")
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, err
	}
	_, domain := fields["customDomain"]
	switch err := required("deployment", field{"id", e.ID}, field{"slug", e.Slug}, field{"orgId", e.OrgID}, field{"projectId", e.ProjectID},
		field{"createdAt", e.CreatedAt}, field{"updatedAt", e.UpdatedAt}); {
	case err != nil:
		return e, err
	case e.AuthMode != AuthNone && e.AuthMode != AuthAPIKey:
		return e, fmt.Errorf("deployment.authMode is neither %s nor %s", AuthNone, AuthAPIKey)
	case e.URLFormat != OpenAIFormat:
		return e, fmt.Errorf("deployment.urlFormat is not %s", OpenAIFormat)
	case absent(fields["enabled"]):
		return e, errors.New("deployment.enabled is neither true nor false")
	case !domain:
		return e, errors.New("deployment.customDomain is neither a string nor null")
	case string(fields["runRetentionMode"]) == "null" || string(fields["runRetentionDays"]) == "null":
		return e, errors.New("deployment.runRetentionMode or runRetentionDays is null")
	}
	return e, e.Target.check()
}

func absent(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }

func (t EndpointTarget) check() error {
	switch {
	case t.Kind == TargetBaseModel:
		return required("deployment.target", field{"baseModel", t.BaseModel})
	case t.Kind != TargetAdapter:
		return fmt.Errorf("deployment.target.kind is neither %s nor %s", TargetAdapter, TargetBaseModel)
	case t.Adapter == nil:
		return errors.New("deployment.target.adapter is not an object")
	case t.Adapter.Kind == AdapterCheckpoint && t.Adapter.Step == nil:
		return errors.New("deployment.target.adapter.step is not a number")
	case t.Adapter.Kind != AdapterFinal && t.Adapter.Kind != AdapterCheckpoint:
		return fmt.Errorf("deployment.target.adapter.kind is neither %s nor %s", AdapterFinal, AdapterCheckpoint)
	}
	return required("deployment.target.adapter", field{"jobId", t.Adapter.JobID})
}

// readEndpointKey reads a key as it is listed and says what it lacks.
func readEndpointKey(raw json.RawMessage) (k EndpointKey, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return k, errors.New("key is not an object")
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return k, err
	}
	if absent(fields["enabled"]) {
		return k, errors.New("key.enabled is neither true nor false")
	}
	return k, required("key", field{"id", k.ID}, field{"label", k.Label}, field{"prefix", k.Prefix}, field{"createdAt", k.CreatedAt})
}
