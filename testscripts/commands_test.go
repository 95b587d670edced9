package testscripts

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what scripts may use beside testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"waitfor":  waitFor,
	"json":     jsonField,
	"capture":  capture,
	"provider": provider,
	"browse":   browse,
	"canned":   canned,
	"studio":   studio,
	"freeport": freePort,
}

// patience is how long a script waits for what ought to come. Nothing depends on
// its length.
const patience = 4 * time.Minute

// waitFor waits until a file exists and holds a text:
//
//	waitfor log.txt 'checkpoint 10'
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waitfor FILE TEXT")
	}
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && strings.Contains(string(data), args[1]) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not hold %q", args[0], args[1])
}

// jsonField compares one field of a JSON file, or sets a variable to it:
//
//	json token.json scope.projectSlug demo
//	json backend.json url -> URL
func jsonField(ts *testscript.TestScript, neg bool, args []string) {
	set := len(args) == 4 && args[2] == "->"
	if len(args) != 3 && !set {
		ts.Fatalf("usage: json FILE FIELD.PATH WANT, or -> VARIABLE")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for _, key := range strings.Split(args[1], ".") {
		object, ok := value.(map[string]any)
		if !ok {
			ts.Fatalf("%s: %s is not an object's field", args[0], args[1])
		}
		value = object[key]
	}
	got, ok := value.(string)
	if !ok {
		encoded, err := json.Marshal(value)
		ts.Check(err)
		got = string(encoded)
	}
	if set {
		ts.Setenv(args[3], got)
		return
	}
	if (got == args[2]) == neg {
		ts.Fatalf("%s: %s is %q", args[0], args[1], got)
	}
}

// capture sets a variable to what the group of a regular expression matches in
// a file, once it is there:
//
//	capture err.txt '(?m)^Browser: (.*)$' URL
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture FILE PATTERN VARIABLE")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if match := pattern.FindSubmatch(data); err == nil && len(match) == 2 {
			ts.Setenv(args[2], string(match[1]))
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not match %s", args[0], args[1])
}
