package commands

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// backend is TypeScript for what a trainer answers when it is asked about the
// API: two completed jobs, one that runs, a crowd that waits, and three endpoints.
const backend = `
const jobs = [
  { id: "aa11", name: "first", status: "completed", createdAt: "2020-01-01", config: { model: "acme/base", dryRun: true } },
  { id: "aa22", name: "second", status: "completed", createdAt: "2020-01-02", config: { model: "acme/base" } },
  { id: "bb33", name: "second", status: "running", createdAt: "2020-01-03", config: { model: "acme/base" } },
  ...["", ..."abcdefghijk"].map((letter) => ({ id: "many" + letter, name: "crowd", status: "queued", createdAt: "2019-01-01", config: { model: "acme/base" } })),
];
const events = {
  aa11: [{ type: "training.log", step: 40 }, { type: "training.completed", metrics: { finalStep: 30 } }],
  aa22: [{ type: "training.log", step: 50 }, { type: "training.completed", metrics: {} }],
};
const deployments = [
  { slug: "old", enabled: true, updatedAt: "2026-01-01", target: { kind: "base_model", baseModel: "acme/other" } },
  { slug: "live", enabled: true, updatedAt: "2026-01-02", target: { kind: "adapter", adapter: { kind: "final", jobId: "aa11" } } },
  { slug: "off", enabled: false, updatedAt: "2026-01-03", target: { kind: "adapter", adapter: { kind: "checkpoint", jobId: "aa11", step: 20 } } },
];
const get = async (path, query) => {
  const [, what, id, rest] = path;
  if (what === "endpoints") return { deployments };
  if (id === undefined) return { jobs: jobs.filter(({ status }) => !query?.status || status === query.status) };
  if (rest === "metrics") return { metrics: { checkpoints: id === "bb33" ? [20] : [] } };
  return { job: jobs.find((job) => job.id === id), events: events[id] };
};
`

// scores is TypeScript for a trainer whose models score what is named after their
// key in JSON.
func scores(means string) string {
	return trainer(`[Symbol.for("arkor.trainer.get")]: get`,
		`async [Symbol.for("arkor.trainer.evaluate")]({ eval: one, model, step, target, concurrency, onSample }) {
  console.log(one.name, JSON.stringify(model), step, JSON.stringify(target), concurrency);
  onSample(1, 2);
  const mean = (`+means+`)[typeof model === "string" ? model : model.jobId + " " + (model.step ?? "final")] ?? null;
  const passed = one.threshold === undefined ? {} : { threshold: one.threshold, passed: mean !== null && mean >= one.threshold };
  const worst = [{ prompt: "how\nmuch", answer: "4", score: 0, note: "not 5" }, { prompt: null, answer: null, score: null, note: "no answer" }];
  return { result: { type: "eval", name: one.name, step, count: 2, failed: mean === null ? 2 : 0, mean, min: 0, max: 1, ...passed }, worst };
}`)
}

func evalProject(t testing.TB, trainer, evals string) string {
	t.Helper()
	return entryProject(t, backend+`export const arkor = { _kind: "arkor", trainer: `+trainer+`, eval: `+evals+` };`)
}

const gate = `[{ name: "gate", threshold: 0.5 }, { name: "length" }]`

func TestEvalCompares(t *testing.T) {
	t.Parallel()
	dir := evalProject(t, scores(`{ "acme/base": 0.125, "aa22 final": 0.75, "aa11 final": 0.5 }`), gate)
	got := run(t, dir, nil, "eval")
	expect(t, got, `gate "acme/base" 0 {"kind":"base","model":"acme/base"} 4
gate {"kind":"final","jobId":"aa22"} 50 {"kind":"final","step":50} 4
gate {"kind":"final","jobId":"aa11"} 30 {"kind":"endpoint","slug":"live"} 4
length "acme/base" 0 {"kind":"base","model":"acme/base"} 4
length {"kind":"final","jobId":"aa22"} 50 {"kind":"final","step":50} 4
length {"kind":"final","jobId":"aa11"} 30 {"kind":"endpoint","slug":"live"} 4
base      acme/base
tuned     second (aa22), final adapter, step 50
deployed  endpoint live: job aa11, final adapter

eval    samples   base  tuned  deployed  threshold
gate          2  0.125  0.750     0.500      0.500  pass
length        2  0.125  0.750     0.500          -
`, 0)
	if got.stderr != built {
		t.Error(got.stderr)
	}
}

func TestEvalBelowTheThreshold(t *testing.T) {
	t.Parallel()
	dir := evalProject(t, scores(`{ "acme/base": 1, "aa11 final": 0.49999 }`), gate)
	got := run(t, dir, nil, "eval", "first", "--endpoint", "old", "--worst")
	if got.status != 1 || got.stderr != built+"arkor eval: gate: the mean 0.49999 is below the threshold 0.5\n" {
		t.Errorf("status %d, %s", got.status, got.stderr)
	}
	contains(t, "stdout", got.stdout, "tuned     first (aa11), a dry run, final adapter, step 30\ndeployed  endpoint old: acme/other\n",
		"gate          2  1.000  0.500  - (2 failed)      0.500  FAIL\n", `
gate: what the tuned model did worst at
  score 0  not 5
    asked     how much
    answered  4
  failed  no answer
`)

	// The model that is deployed is the one that was just measured.
	got = run(t, dir, nil, "eval", "aa11")
	if strings.Count(got.stdout, "gate {") != 1 {
		t.Error(got.stdout)
	}

	// A model that cannot be measured reaches nothing.
	dir = evalProject(t, scores(`{}`), gate)
	got = run(t, dir, nil, "eval")
	if got.status != 1 || got.stderr != built+"arkor eval: gate: 2 of 2 samples failed, so the threshold 0.5 is missed\n" {
		t.Errorf("status %d, %s", got.status, got.stderr)
	}
}

func TestEvalJSON(t *testing.T) {
	t.Parallel()
	dir := evalProject(t, scores(`{ "bb33 20": 0.25 }`), `{ name: "gate", threshold: 0.5 }`)
	got := run(t, dir, nil, "eval", "bb3", "--checkpoint", "20", "--endpoint", "off", "--json")
	type numbers struct {
		Count, Failed int
		Mean          *float64
		Worst         []map[string]any
	}
	var comparison struct {
		Job    map[string]any
		Models map[string]map[string]any
		Evals  []struct {
			Name      string
			Threshold *float64
			Passed    *bool
			Results   map[string]numbers
		}
		Passed bool
	}
	if err := json.Unmarshal([]byte(got.stdout), &comparison); err != nil {
		t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
	}
	tuned := comparison.Evals[0].Results["tuned"]
	if got.status != 1 || comparison.Passed || *comparison.Evals[0].Passed || *tuned.Mean != 0.25 || len(tuned.Worst) != 2 || comparison.Evals[0].Results["base"].Mean != nil {
		t.Errorf("status %d, %s", got.status, got.stdout)
	}
	models := map[string]map[string]any{
		"base":     {"kind": "base", "model": "acme/base"},
		"tuned":    {"kind": "checkpoint", "step": 20.0},
		"deployed": {"kind": "endpoint", "slug": "off", "adapter": map[string]any{"kind": "checkpoint", "jobId": "aa11", "step": 20.0}},
	}
	if diff := cmp.Diff(models, comparison.Models); diff != "" || comparison.Job["id"] != "bb33" || comparison.Job["dryRun"] != false {
		t.Error(diff, comparison.Job)
	}
	// What the user's code prints is not in the way, and the reason is there.
	contains(t, "stderr", got.stderr, "gate \"acme/base\" 0", "arkor eval: gate: the mean 0.25 is below the threshold 0.5\n")

	for _, args := range [][]string{{"nope"}, {"--checkpoint", "many"}} {
		got = run(t, dir, nil, append([]string{"eval", "--json"}, args...)...)
		var failure struct{ Type, Message string }
		if err := json.Unmarshal([]byte(got.stdout), &failure); err != nil || got.status != 1 || failure.Type != "error" || !strings.Contains(got.stderr, failure.Message) {
			t.Errorf("%v: status %d, %s, %s", args, got.status, got.stdout, got.stderr)
		}
	}
}

// What is missing is said together with what to do about it.
func TestEvalRefuses(t *testing.T) {
	t.Parallel()
	able := scores(`{}`)
	crowd := ""
	for _, letter := range "abcdefghi" {
		crowd += "  many" + string(letter) + "  queued     2019-01-01\n"
	}
	for _, test := range []struct{ name, trainer, evals, args, want string }{
		{"evals", able, "undefined", "", "the project has no evals\nhint: give createArkor one in src/arkor/index.ts, as below\n\n  import { createArkor, defineDataset, defineEval } from \"arkor\";\n  const heldOut = defineDataset("},
		{"an able trainer", trainer(), gate, "", "the trainer cannot be asked to compare models\nhint: it was made by another package, or by an older release of arkor: `"},
		{"a trainer", "{}", gate, "", "Training entry must export"},
		{"job", able, gate, "cc", "no job of this project is called \"cc\"\nhint: `arkor jobs list` shows them; without a name `arkor eval` takes the latest that completed\n"},
		{"one job by its id", able, gate, "aa", "2 jobs are called \"aa\":\n  aa22  completed  2020-01-02\n  aa11  completed  2020-01-01\nhint: name one of them by the beginning of its id\n"},
		{"one job by its name", able, gate, "second", "2 jobs are called \"second\":\n  bb33  running    2020-01-03\n  aa22  completed  2020-01-02\nhint: name one of them by the beginning of its id\n"},
		{"one job of many", able, gate, "crowd", "12 jobs are called \"crowd\":\n  many  queued     2019-01-01\n" + crowd + "  and 2 more\nhint: name one of them by the beginning of its id\n"},
		{"the job of a whole id", able, gate, "many", "job many is queued and has no final adapter\n"},
		{"adapter", able, gate, "bb33", "job bb33 is running and has no final adapter\nhint: name one of its checkpoints with --checkpoint STEP\n"},
		{"checkpoint", able, gate, "bb33 --checkpoint 30", "job bb33 has no checkpoint of step 30\nhint: it has that of step 20\n"},
		{"any checkpoint", able, gate, "--checkpoint 30", "job aa22 has no checkpoint of step 30\nhint: it has none; saveSteps of the trainer says how often one is saved\n"},
		{"endpoint", able, gate, "--endpoint new", "the project has no endpoint new\nhint: it has old, live, off\n"},
		{"step", able, gate, "--checkpoint -3", "--checkpoint is the step of a checkpoint, not \"-3\"\n"},
		{"one argument", able, gate, "aa bb", "too many arguments for 'eval'. Expected 1 argument but got 2.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, evalProject(t, test.trainer, test.evals), nil, append([]string{"eval"}, strings.Fields(test.args)...)...)
			if got.status != 1 || !strings.HasPrefix(strings.TrimPrefix(got.stderr, built), "arkor eval: "+test.want) || strings.Contains(got.stdout, "samples") {
				t.Errorf("status %d\nstdout: %s\nstderr: %s", got.status, got.stdout, got.stderr)
			}
		})
	}
	t.Run("any completed job", func(t *testing.T) {
		t.Parallel()
		dir := entryProject(t, `export const arkor = { _kind: "arkor", trainer: `+strings.Replace(able, ": get", ": async () => undefined", 1)+`, eval: `+gate+` };`)
		got := run(t, dir, nil, "eval")
		if want := "arkor eval: the project has no completed training\nhint: train one with `arkor start`\n"; got.status != 1 || got.stderr != built+want {
			t.Errorf("status %d, %s", got.status, got.stderr)
		}
	})
}

// The example is one that a project can be given.
func TestTheExampleOfAnEvalWorks(t *testing.T) {
	t.Parallel()
	got := run(t, evalProject(t, scores(`{}`), "undefined"), nil, "eval")
	_, example, _ := strings.Cut(got.stderr, "\n\n")
	if lines := strings.Count(example, "\n"); lines != 7 {
		t.Errorf("%d lines: %s", lines, got.stderr)
	}
	dir := entryProject(t, "const trainer = "+trainer(attaches)+";\n"+example)
	expect(t, run(t, dir, nil, "start"), built+"evals: valid JSON\n"+ran, 0)
}

// observed is a method for a trainer that tells of these events, in JavaScript.
func observed(events string) string {
	return `[Symbol.for("arkor.trainer.observe")](tell) { for (const event of ` + events + `) tell(event); }`
}

// A missed threshold fails the command, not the training.
func TestStartFailsBelowTheThreshold(t *testing.T) {
	t.Parallel()
	missed := observed(`[
  { type: "eval", name: "x", threshold: 1, passed: false, mean: 0 },
  { type: "threshold.missed", name: "valid\nJSON", count: 9, failed: 0, mean: 0.7142857, threshold: 0.8 },
  { type: "threshold.missed", name: "category", count: 9, failed: 2, mean: 1, threshold: 0.8 },
]`)
	got := start(t, `export const trainer = `+trainer(missed)+`;`)
	expect(t, got, built+ran, 1)
	want := "arkor start: eval valid JSON: the mean 0.7143 is below the threshold 0.8\n" +
		"arkor start: eval category: 2 of 9 samples failed, so the threshold 0.8 is missed\n"
	if got.stderr != want {
		t.Error(got.stderr)
	}
	got = run(t, entryProject(t, `export const trainer = `+trainer(missed)+`;`), nil, "start", "--json")
	contains(t, "stdout", got.stdout, `{"type":"threshold.missed","name":"valid\nJSON","count":9,"failed":0,"mean":0.7142857,"threshold":0.8}`,
		`{"type":"finished","jobId":"j1","status":"completed"}`)
	if got.status != 1 {
		t.Errorf("status %d", got.status)
	}
}

func TestStartSaysWhichStepIsFinal(t *testing.T) {
	t.Parallel()
	for metrics, want := range map[string]string{
		`{ finalStep: 60 }`: "",
		`{ finalStep: 60, bestStep: 40, bestEvalLoss: 0.43126 }`:                       "",
		`{ finalStep: 60, bestStep: 60, bestEvalLoss: 0.43126 }`:                       "",
		`{ finalStep: 40, bestStep: 40, bestEvalLoss: 0.43126 }`:                       "the final adapter is that of step 40, where the eval loss was lowest (0.4313)",
		`{ finalStep: 40, bestStep: 40, bestEvalLoss: 0.43126, stoppedEarly: true }`:   "stopped early at step 60; the final adapter is that of step 40, where the eval loss was lowest (0.4313)",
		`{ finalStep: 60, bestStep: 40, bestEvalLoss: 0.43126, stoppedEarly: true }`:   "stopped early at step 60; the best was step 40, where the eval loss was lowest (0.4313)",
		`{ finalStep: "40", bestStep: "40\n", bestEvalLoss: "x", stoppedEarly: true }`: "",
		`undefined`: "",
	} {
		t.Run(metrics, func(t *testing.T) {
			t.Parallel()
			events := observed(`[{ type: "training.log", step: 60 }, { type: "training.completed", metrics: ` + metrics + ` }]`)
			got := start(t, `export const trainer = `+trainer(events)+`;`)
			expect(t, got, built+ran, 0)
			if want != "" {
				want = "arkor start: " + want + "\n"
			}
			if got.stderr != want {
				t.Errorf("stderr: %s", got.stderr)
			}
		})
	}
}
