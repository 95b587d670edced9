import assert from "node:assert/strict";
import { test } from "node:test";

import { parseJobs } from "../src/net/shapes.ts";
import { hrefOf, parseRoute } from "../src/router/route.ts";
import { checkpointsInEvents, checkpointSteps, fallback, jobsWithAdapters, labelOf, parseModels, resolve, wishFor } from "../src/sources/source.ts";

const jobs = parseJobs({
  jobs: [
    { id: "q", name: "q", status: "queued" },
    { id: "r", name: "<i>run</i>", status: "running" },
    { id: "c", name: "done", status: "completed" },
    { id: "f", name: "", status: "failed" },
  ],
});
const models = parseModels({ models: [{ id: "a", displayName: "A" }, { id: "b", capabilities: { infer: false } }, { id: "" }, null, { id: "c" }] });

test("PG7: base models are the backend's, those that can answer", () => {
  assert.deepEqual(models, [
    { id: "a", name: "A", tools: true, structure: true },
    { id: "c", name: "c", tools: true, structure: true },
  ]);
  assert.deepEqual(parseModels("nonsense"), []);
});

test("PG2, B7: every job that is not waiting may have an adapter", () => {
  assert.deepEqual(
    jobsWithAdapters(jobs).map(({ id }) => id),
    ["r", "c", "f"],
  );
});

test("B7: a wish comes to a model, a final adapter, a checkpoint or the latest of a job that runs", () => {
  assert.deepEqual(resolve({ adapter: null, step: null }, models, jobs, []), { kind: "base", model: "a" });
  assert.deepEqual(resolve({ adapter: null, step: null, model: "x" }, models, jobs, []), { kind: "base", model: "x" });
  assert.equal(resolve({ adapter: null, step: null }, [], jobs, []), null);
  assert.deepEqual(resolve({ adapter: "c", step: null }, models, jobs, [10]), { kind: "final", jobId: "c" });
  assert.deepEqual(resolve({ adapter: "c", step: 10 }, models, jobs, []), { kind: "checkpoint", jobId: "c", step: 10 });
  assert.deepEqual(resolve({ adapter: "r", step: null }, models, jobs, [10, 20]), { kind: "checkpoint", jobId: "r", step: 20 });
  assert.equal(resolve({ adapter: "r", step: null }, models, jobs, []), null);
  assert.equal(resolve({ adapter: "unknown", step: null }, models, jobs, [10]), null);
});

test("PG3: instead of a job that is not there, the first that is complete; else a base model", () => {
  assert.deepEqual(fallback(jobs), { adapter: "c", step: null });
  assert.deepEqual(fallback([]), { adapter: null, step: null });
});

test("checkpoints are those of the artifacts, or of the events", () => {
  assert.deepEqual(checkpointSteps([{ step: 100 }, { step: null }, { step: 20 }, { step: 100 }]), [20, 100]);
  assert.deepEqual(checkpointsInEvents([{ type: "checkpoint.saved", step: 20 }, { type: "training.log", step: 30 }, null, { type: "checkpoint.saved" }]), [20]);
  assert.deepEqual(checkpointsInEvents(undefined), []);
});

test("PG4: the address reproduces what answers", () => {
  for (const source of [
    { kind: "base", model: "org/name" },
    { kind: "final", jobId: "j/1 ü" },
    { kind: "checkpoint", jobId: "j", step: 0 },
  ] as const) {
    const beside = [wishFor({ kind: "checkpoint", jobId: "k", step: 7 }), wishFor({ kind: "base", model: "m" }), wishFor({ kind: "final", jobId: "k" })];
    assert.deepEqual(parseRoute(hrefOf({ view: "playground", ...wishFor(source) })), { view: "playground", ...wishFor(source) });
    assert.deepEqual(parseRoute(hrefOf({ view: "playground", ...wishFor(source), beside })), { view: "playground", ...wishFor(source), beside });
  }
  assert.deepEqual(parseRoute("#/playground?adapter=j&model=m&model2=b"), { view: "playground", adapter: "j", step: null, beside: [{ adapter: null, step: null, model: "b" }] });
});

test("a source is called by its job's name, as text", () => {
  assert.equal(labelOf({ kind: "base", model: "m" }, jobs), "m");
  assert.equal(labelOf({ kind: "checkpoint", jobId: "r", step: 3 }, jobs), "<i>run</i> · step 3");
  assert.equal(labelOf({ kind: "final", jobId: "0123456789" }, jobs), "01234567 · final");
});
