package jobscmd

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// A backend without the routes of ours is said to be one; what ours refuses, it
// says itself.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := &fake{jobs: []cloud.Job{job("j", "x", cloud.Completed)}}
	p, _, _ := f.project(t)
	for _, tc := range []struct {
		status     int
		body, want string
	}{
		{404, `{"error":"Not found"}`, "this backend does not delete jobs"},
		{405, `{"error":"Method not allowed"}`, "this backend does not delete jobs"},
		{404, `<html>`, "this backend does not delete jobs"},
		{404, `{"error":"there is no such job","code":"job_not_found"}`, "there is no such job"},
		{409, `{"error":"the endpoint \"bot\" answers with it; delete the endpoint or give it another target first","code":"job_in_use"}`,
			`the endpoint "bot" answers with it; delete the endpoint or give it another target first`},
	} {
		f.refusal = func(w http.ResponseWriter) { w.WriteHeader(tc.status); fmt.Fprint(w, tc.body) }
		err := offered(p.session.Client.DeleteJob(t.Context(), p.session.Scope, "j"), "delete")
		if err == nil || err.Error() != tc.want {
			t.Errorf("%d %s: %v", tc.status, tc.body, err)
		}
	}
	// 6.14: to cancel what has ended is no failure.
	f.refusal = func(w http.ResponseWriter) { w.WriteHeader(409); fmt.Fprint(w, `{"error":"already cancelled"}`) }
	f.streams = map[string]string{"j": "event: end\ndata: {\"status\":\"cancelled\"}\n\n"}
	if err := p.stop(t.Context(), f.jobs[0]); err != nil {
		t.Error(err)
	}
}
