package testscripts

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

// studio asks the API of the "arkor dev" that was started last, as its page
// would, and keeps the answer:
//
//	studio GET $URL/api/jobs jobs.json
//	studio POST $URL/api/runs run.json 202 '{"dryRun":true}'
//	studio follow $URL/api/runs/r1/log log.txt 'Started job'
//
// An event stream is followed until it holds a text.
func studio(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 5 || args[0] == "follow" && len(args) != 4 {
		ts.Fatalf("usage: studio METHOD URL FILE [STATUS [BODY]] | studio follow URL FILE TEXT")
	}
	method, want, body, until := args[0], "200", "", ""
	switch {
	case method == "follow":
		method, until = http.MethodGet, args[3]
	case len(args) > 3:
		want = args[3]
	}
	if len(args) == 5 {
		body = args[4]
	}
	token, err := os.ReadFile(filepath.Join(ts.Getenv("HOME"), ".arkor", "studio-token"))
	ts.Check(err)
	req, err := http.NewRequest(method, args[1], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("X-Arkor-Studio-Token", string(token))
	req.Close = true // the next one may ask another server, on the same port
	client := &http.Client{Timeout: patience}
	res, err := client.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	var answer strings.Builder
	if until == "" {
		_, err = io.Copy(&answer, res.Body)
		ts.Check(err)
	}
	lines := bufio.NewReader(res.Body)
	for until != "" && !strings.Contains(answer.String(), until) {
		line, err := lines.ReadString('\n')
		answer.WriteString(line)
		if err != nil {
			ts.Fatalf("the stream ended (%v) without %q:\n%s", err, until, answer.String())
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(answer.String()), 0o600))
	if got := fmt.Sprint(res.StatusCode); got != want {
		ts.Fatalf("%s %s: status %s: %s", method, args[1], got, answer.String())
	}
}

// freePort sets a variable to a port that nobody else takes before the script
// ends:
//
//	freeport PORT
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport VARIABLE")
	}
	port, release, err := porttest.Reserve()
	ts.Check(err)
	ts.Defer(release)
	ts.Setenv(args[0], fmt.Sprint(port))
}
