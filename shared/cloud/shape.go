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
