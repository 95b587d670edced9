package daemon_test

import (
	"testing"

	"github.com/arkorlab/arkor-go/arkor-backend/internal/fakeworker"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

func (b *backend) artifacts(jobID string) []cloud.Artifact {
	b.t.Helper()
	a := b.do("GET", inDemo("/v1/jobs/"+jobID+"/artifacts"), nil)
	b.want(a, 200, "")
	return read[struct{ Artifacts []cloud.Artifact }](a).Artifacts
}

// 8.5: by step, then by name, the final ones last; nothing before the first
// checkpoint.
func TestArtifactsAreListed(t *testing.T) {
	t.Parallel()
	b := start(t)
	control := fakeworker.NewControl(t)
	job := b.create(config(fakeworker.Plan{Control: control.Address(), Steps: 12}))
	worker := control.Next()
	worker.AtStep()
	check(t, `{"artifacts":[]}`, b.do("GET", inDemo("/v1/jobs/"+job.ID+"/artifacts"), nil).text())
	worker.Do("free")
	b.events(job.ID, "")
	var order []string
	for _, a := range b.artifacts(job.ID) {
		step := "null"
		if a.Step != nil {
			step = itoa(int(*a.Step))
		}
		order = append(order, a.Kind+" "+step+" "+a.Name)
	}
	var want []string
	for _, step := range []string{"2", "4", "6", "8", "10", "12"} { // 10 behind 8: steps are numbers
		for _, file := range []string{"adapter_config.json", "adapter_model.safetensors", "state/trainer.json"} {
			want = append(want, "checkpoint "+step+" checkpoints/step-"+step+"/"+file)
		}
	}
	check(t, append(want, "adapter null final/adapter_config.json", "adapter null final/adapter_model.safetensors", "adapter null final/state/trainer.json"), order)
}

// 8.6
func TestArtifactIsDownloaded(t *testing.T) {
	t.Parallel()
	b := start(t)
	job := b.create(config(fakeworker.Plan{}))
	b.events(job.ID, "")
	final := b.artifacts(job.ID)[7]
	path := inDemo("/v1/jobs/" + job.ID + "/artifacts/" + final.ID)
	tag := `"` + final.SHA256 + `"`

	const content = "weights of final" // 16 bytes
	headers := func(a answer) []string {
		var values []string
		for _, name := range []string{"Content-Length", "ETag", "Content-Disposition", "Accept-Ranges", "Content-Type", "Cache-Control"} {
			values = append(values, a.Header.Get(name))
		}
		return values
	}
	whole := b.do("GET", path, nil)
	b.want(whole, 200, "")
	check(t, content, string(whole.body))
	check(t, []string{"16", tag, "attachment; filename=adapter_model.safetensors", "bytes", "application/octet-stream", "private, no-cache"}, headers(whole))
	head := b.do("HEAD", path, nil)
	b.want(head, 200, "")
	check(t, headers(whole), headers(head))

	for _, tt := range []struct {
		name, value string
		status      int
		body, span  string
	}{
		{"Range", "bytes=11-", 206, "final", "bytes 11-15/16"},
		{"Range", "bytes=0-6", 206, "weights", "bytes 0-6/16"},
		{"Range", "bytes=-5", 206, "final", "bytes 11-15/16"},
		{"Range", "bytes=8-1000", 206, "of final", "bytes 8-15/16"},
		{"Range", "lines=1-2", 200, content, ""}, // other units are passed over
		{"Range", "bytes=16-", 416, "", "bytes */16"},
		{"If-None-Match", tag, 304, "", ""},
		{"If-None-Match", `"x", W/` + tag, 304, "", ""},
		{"If-None-Match", "*", 304, "", ""},
		{"If-None-Match", `"x"`, 200, content, ""},
	} {
		a := b.do("GET", path, nil, tt.name, tt.value)
		if tt.status == 416 {
			check(t, []string{"416", "range_not_satisfiable", tt.span}, []string{itoa(a.StatusCode), a.code(), a.Header.Get("Content-Range")})
			check(t, "application/json", a.Header.Get("Content-Type"))
			continue
		}
		check(t, []string{itoa(tt.status), tt.body, tt.span}, []string{itoa(a.StatusCode), string(a.body), a.Header.Get("Content-Range")})
		check(t, tag, a.Header.Get("ETag"))
	}
	// A download that was broken off goes on only where the file is the same.
	check(t, "final", string(b.do("GET", path, nil, "Range", "bytes=11-", "If-Range", tag).body))
	check(t, content, string(b.do("GET", path, nil, "Range", "bytes=11-", "If-Range", `"x"`).body))

	other := b.create(config(fakeworker.Plan{}))
	b.events(other.ID, "")
	for _, wrong := range []string{
		"/v1/jobs/" + other.ID + "/artifacts/" + final.ID, "/v1/jobs/" + job.ID + "/artifacts/unknown",
		"/v1/jobs/" + job.ID + "/artifacts/..%2f..%2fowner-token", "/v1/jobs/" + job.ID + "/artifacts/" + final.SHA256,
	} {
		b.want(b.do("GET", inDemo(wrong), nil), 404, "artifact_not_found")
	}
}
