import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf, placesOf } from "../src/job/axis.ts";
import { parseChoices } from "../src/job/choices.ts";
import { csvOf } from "../src/job/csv.ts";
import { Curve, parseMetrics } from "../src/job/curve.ts";
import { legendOf, linesOf, marksOf, nearestCheckpoint, readoutOf, summaryOf } from "../src/job/loss-lines.ts";
import { paceOf } from "../src/job/pace.ts";
import { progressOf, windowTitleOf } from "../src/job/progress.ts";
import { JobRecord, statusOf } from "../src/job/record.ts";
import { ApiError } from "../src/net/api.ts";
import { parseJob, parseJobs } from "../src/net/shapes.ts";

let nextId = 0;
const frame = (event: string, data: unknown) => ({ id: String(++nextId), event, data: typeof data === "string" ? data : JSON.stringify(data) });

test("CH1: rows are merged by step, the later frame overrides what it carries, and steps rise", () => {
  const curve = new Curve();
  curve.add({ step: 10, loss: 2, learningRate: 0.1 });
  curve.add({ step: 30, loss: 1 });
  curve.add({ step: 10, evalLoss: 2.5, loss: 1.9 });
  curve.add({ step: 20, evalLoss: 2.2 });
  assert.deepEqual(curve.steps, [10, 20, 30]);
  assert.deepEqual(curve.values.loss, [1.9, null, 1]);
  assert.deepEqual(curve.values.evalLoss, [2.5, 2.2, null]);
  assert.deepEqual(curve.values.learningRate, [0.1, null, null]);
});

test("JD5: a row needs a finite step and a finite loss of either kind", () => {
  const curve = new Curve();
  for (const text of ['{"step":1e309,"loss":1}', '{"step":1,"loss":1e309}', '{"loss":1}', '{"step":2,"loss":null}', '{"step":"3","loss":1}', '{"step":4,"evalLoss":1}']) {
    curve.add(JSON.parse(text) as Record<string, unknown>);
  }
  assert.deepEqual(curve.steps, [4]);
  assert.equal(curve.unusable, 2);
});

test("100,000 rows in order are added in linear time", () => {
  const curve = new Curve();
  for (let step = 1; step <= 100_000; step++) curve.add({ step, loss: 1 / step });
  assert.equal(curve.steps.length, 100_000);
  assert.equal(curve.last("loss"), 1e-5);
  assert.equal(curve.first("loss"), 1);
  assert.deepEqual(curve.lowest("loss"), { step: 100_000, value: 1e-5 });
  assert.equal(curve.lowest("evalLoss"), null);
  curve.add({ step: 100_001, loss: 1e-5 });
  assert.equal(curve.lowest("loss")?.step, 100_000); // the first of those that are as low
});

test("metrics of a backend become a curve, their nulls stay holes", () => {
  const m = parseMetrics({
    metrics: { jobId: "a", total: 3, series: { step: [1, 2, 3], time: [1000, null, 61_000], loss: [4.1, null, 3.2], evalLoss: [null, null, 3.4] }, checkpoints: [2], lastEventId: "104" },
  });
  assert.deepEqual(m.curve.steps, [1, 3]);
  assert.deepEqual(m.curve.values.evalLoss, [null, 3.4]);
  assert.deepEqual(placesOf(m.curve, "time"), [0, 60]); // CH11
  assert.equal(m.curve.unusable, 1);
  assert.deepEqual([m.checkpoints, m.total, m.lastEventId], [[2], 3, "104"]);
  assert.deepEqual(parseMetrics({ metrics: { lastEventId: "0" } }).lastEventId, "");
  assert.deepEqual(parseMetrics("nonsense").curve.steps, []);
});

test("JD8: the rows of the log", () => {
  const record = new JobRecord();
  const cases: [string, unknown, string][] = [
    ["training.started", { type: "training.started" }, "the training has begun"],
    ["training.started", { metadata: { totalSteps: 160, samples: 1, evalSamples: 0, trainableParameters: 24576, resumedFromStep: 40 } }, "160 steps, 1 sample, 24,576 trained parameters, goes on from step 40"],
    ["training.log", { step: 10, loss: 1.83, evalLoss: null }, "step=10 loss=1.8300"],
    ["training.log", { step: 20, loss: 1.23456, evalLoss: 2 }, "step=20 loss=1.2346 evalLoss=2.0000"],
    ["training.log", { loss: 1 }, "step=- loss=1.0000"],
    ["checkpoint.saved", { step: 50 }, "step=50"],
    ["training.completed", { artifacts: [{}] }, "1 artifact"],
    ["training.completed", { artifacts: [{}, {}] }, "2 artifacts"],
    ["training.completed", {}, "0 artifacts"],
    ["training.failed", { error: "<b>out</b> of memory" }, "<b>out</b> of memory"],
    ["training.cancelled", { step: 61 }, "step=61"],
    ["training.log", "not json", "not json"],
  ];
  for (const [event, data] of cases) record.take(frame(event, data));
  assert.deepEqual(record.rows.map((row) => row.text), cases.map(([, , text]) => text));
});

test("E6: names that nobody knows are ignored", () => {
  const record = new JobRecord();
  record.take(frame("sample.generated", { text: "x" }));
  record.take(frame("end", ""));
  assert.equal(record.rows.length, 0);
  assert.equal(record.status, null);
});

test("JD4, JD6: the frames tell status, times, artifacts and error", () => {
  const record = new JobRecord();
  record.take(frame("training.started", { timestamp: "2026-03-04T05:06:20.000Z" }));
  assert.deepEqual([record.status, record.startedAt], ["running", "2026-03-04T05:06:20.000Z"]);
  record.take(frame("checkpoint.saved", { step: 50 }));
  record.take(frame("training.completed", { artifacts: [{}, {}], timestamp: "2026-03-04T05:20:00.000Z" }));
  assert.deepEqual([record.status, record.completedAt, record.artifacts], ["completed", "2026-03-04T05:20:00.000Z", 2]);
  assert.deepEqual([...record.checkpoints], [50]);
  const late = new JobRecord(); // read from behind the beginning
  late.take(frame("training.log", { step: 7, loss: 1 }));
  late.take({ id: "", event: "training.log", data: '{"step":8,"loss":NaN}' });
  assert.deepEqual([late.status, late.curve.steps, late.curve.unusable], ["running", [7], 1]);
  const failed = new JobRecord();
  failed.take(frame("training.failed", { error: "out of memory" }));
  assert.deepEqual([failed.status, failed.error], ["failed", "out of memory"]);
});

test("JD3: a last status counts wherever it comes from, then the newest word, then queued", () => {
  const job = (status: string) => parseJob({ id: "a", status });
  const live = (status: string | null): JobRecord => Object.assign(new JobRecord(), { status });
  assert.equal(statusOf(live("completed"), job("running")), "completed");
  assert.equal(statusOf(live("running"), job("failed")), "failed");
  assert.equal(statusOf(live("running"), job("queued")), "running");
  assert.equal(statusOf(live(null), job("queued")), "queued");
  assert.equal(statusOf(live(null), null), "queued");
  const ended = new JobRecord();
  ended.take(frame("training.log", { step: 1, loss: 1 }));
  ended.take(frame("end", { status: "cancelled" }));
  assert.equal(statusOf(ended, null), "cancelled");
});

test("JD1, JD13: a job is asked about until it is over or known to be gone", () => {
  const pace = (status: string): number | null => paceOf(parseJob({ id: "a", status }), null);
  assert.deepEqual(["queued", "running", "paused", "completed", "failed", "cancelled"].map(pace), [5000, 5000, 5000, null, null, null]);
  assert.deepEqual([404, 410, 400, 500, 502].map((status) => paceOf(null, new ApiError(status, "no"))), [null, null, 5000, 5000, 5000]);
  assert.equal(paceOf(null, new ApiError(400, "No project state", "no_scope")), null);
  assert.equal(paceOf(parseJob({ id: "a", status: "running" }), new ApiError(0, "away")), 5000);
});

test("J2: unknown statuses and fields do not break the list, rows without an id are left out", () => {
  const jobs = parseJobs({ jobs: [{ id: "a", name: "x", status: "paused", later: 1 }, { name: "no id" }, null, "text"] });
  assert.deepEqual(jobs.map((job) => [job.id, job.status]), [["a", "paused"]]);
  assert.deepEqual(parseJobs(null), []);
});

test("progress is that of the steps where they are limited, else of the passes over the data", () => {
  const curve = new Curve();
  curve.add({ step: 25, loss: 1, epoch: 0.5 });
  assert.deepEqual(progressOf(curve, { maxSteps: 100 }, "running", 1000), { part: 0.25, step: 25, steps: 100, exact: true, remaining: 3000 });
  assert.deepEqual(progressOf(curve, { numTrainEpochs: 2 }, "running", 1000), { part: 0.25, step: 25, steps: 100, exact: false, remaining: 3000 });
  assert.deepEqual(progressOf(curve, { maxSteps: 20 }, "running", 1000), { part: 1, step: 25, steps: 20, exact: true, remaining: 0 });
  assert.equal(progressOf(curve, { maxSteps: 2500 }, "running", 1000).remaining, null); // too early to tell
  assert.deepEqual(progressOf(curve, {}, "running", 1000), { part: null, step: 25, steps: null, exact: false, remaining: null });
  assert.deepEqual(progressOf(curve, {}, "completed", 1000), { part: 1, step: 25, steps: 25, exact: true, remaining: null });
  assert.deepEqual(progressOf(new Curve(), { maxSteps: 100 }, "queued", NaN), { part: null, step: null, steps: 100, exact: true, remaining: null });
});

test("CH5, AX2: a step and the whole picture in words", () => {
  const curve = new Curve();
  curve.add({ step: 1, loss: 2.3123, learningRate: 0.0002 });
  curve.add({ step: 300, loss: 0.84, evalLoss: 0.9, epoch: 3 });
  assert.equal(readoutOf(curve, new Set([300]), 0), "step 1 · loss 2.3123 · lr 2.00e-4");
  assert.equal(readoutOf(curve, new Set([300]), 1), "step 300 · loss 0.8400 · eval 0.9000 · epoch 3.00 · checkpoint");
  assert.equal(summaryOf(curve), "training loss 2.312 to 0.84 over 300 steps; eval loss 0.9 to 0.9, lowest 0.9 at step 300");
  assert.equal(summaryOf(new Curve()), "no loss yet");
});

test("CH10: a click near a checkpoint means it", () => {
  const curve = new Curve();
  for (let step = 1; step <= 1000; step++) curve.add({ step, loss: 1 });
  assert.equal(nearestCheckpoint(curve, curve.steps, new Set([500]), 505, null), 500);
  assert.equal(nearestCheckpoint(curve, curve.steps, new Set([500]), 600, null), null);
  assert.equal(nearestCheckpoint(curve, curve.steps, new Set([500]), 505, [490, 510]), null);
  assert.equal(nearestCheckpoint(curve, curve.steps, new Set(), 505, null), null);
});

test("CH2: a series is drawn and named only where it has points, and looks like no other", () => {
  const choices = parseChoices(null);
  const labels = (curve: Curve, change: object): string[] => linesOf(curve, { ...choices, ...change }).map(({ label }) => label);
  const entries = (curve: Curve, change: object): string[] => legendOf(curve, new Set(), { ...choices, ...change }).map(({ label }) => label);
  const evalOnly = new Curve();
  evalOnly.add({ step: 1, evalLoss: 2 });
  assert.deepEqual([labels(evalOnly, { rate: true }), entries(evalOnly, { rate: true })], [["eval loss"], ["Eval loss", "Best eval"]]);
  assert.deepEqual([labels(new Curve(), {}), entries(new Curve(), {})], [[], []]);
  const both = new Curve();
  both.add({ step: 1, loss: 3, learningRate: 0.1 });
  both.add({ step: 2, loss: 1, evalLoss: 2 });
  const [loss, evalLoss] = linesOf(both, choices);
  assert.deepEqual([loss?.area, loss?.dash, evalLoss?.dots, evalLoss?.dash], [true, undefined, true, [6, 4]]);
  assert.deepEqual(labels(both, { smoothing: 0.5, rate: true }), ["learning rate", "loss, raw", "loss", "eval loss"]);
  assert.equal(linesOf(both, { ...choices, smoothing: 0.5 })[0]?.faint, true);
  assert.deepEqual(entries(both, { smoothing: 0.5, rate: true }), ["Training loss, smoothed", "Eval loss", "Best eval", "Learning rate"]);
});

test("CH10: checkpoints are marked on the axis, and the best evaluation where it is", () => {
  const curve = new Curve();
  for (let step = 1; step <= 4; step++) curve.add({ step, loss: 1, evalLoss: step === 3 ? 0.5 : 1, epoch: step / 4 });
  assert.deepEqual(marksOf(curve, curve.steps, new Set([2])), [
    { x: 2, kind: "checkpoint" },
    { x: 3, y: 0.5, kind: "best" },
  ]);
  assert.deepEqual(
    marksOf(curve, placesOf(curve, "epoch") ?? [], new Set([2, 9])).map(({ x }) => x),
    [0.5, 1, 0.75],
  );
  assert.deepEqual(marksOf(new Curve(), [], new Set()), []);
  assert.equal(nearestCheckpoint(curve, placesOf(curve, "epoch") ?? [], new Set([2]), 1, null), 2);
});

test("CH11: rows stand at their step, their epoch or their time, and what does not say between its neighbours", () => {
  const curve = new Curve();
  const at = (second: number): string => new Date(Date.UTC(2026, 2, 4) + second * 1000).toISOString();
  curve.add({ step: 10, loss: 4, epoch: 0.5, timestamp: at(0) });
  curve.add({ step: 20, evalLoss: 3 });
  curve.add({ step: 30, loss: 2, epoch: 1.5, timestamp: at(90) });
  assert.deepEqual([placesOf(curve, "step"), placesOf(curve, "epoch"), placesOf(curve, "time")], [[10, 20, 30], [0.5, 1, 1.5], [0, 45, 90]]);
  assert.equal(placeOf(curve, [0.5, 1, 1.5], 20), 1);
  assert.equal(placeOf(curve, curve.steps, 25), 25);
  curve.add({ step: 40, loss: 2, epoch: 1.2, timestamp: "soon" });
  assert.deepEqual([placesOf(curve, "epoch"), placesOf(curve, "time")], [[0.5, 1, 1.5, 1.5], null]);
  assert.deepEqual([placesOf(new Curve(), "step"), placesOf(new Curve(), "epoch")], [[], null]);
  // A row that comes late brings its time with it.
  curve.add({ step: 35, loss: 2, timestamp: at(100) });
  assert.deepEqual(curve.times.map((time) => time !== null), [true, false, true, true, false]);
});

test("CH8, CH11: choices that were stored come back, but not the statistics, and nonsense is the usual", () => {
  const usual = { smoothing: 0, log: false, clip: false, axis: "step", rate: false, more: false, advanced: false };
  assert.deepEqual(parseChoices({ smoothing: 0.9, log: true, clip: true, axis: "time", rate: true, more: true, advanced: true }), { smoothing: 0.9, log: true, clip: true, axis: "time", rate: true, more: true, advanced: false });
  for (const stored of [null, 7, [], { smoothing: 1, log: "yes", axis: "color" }, { smoothing: -1 }]) assert.deepEqual(parseChoices(stored), usual);
});

test("CH13: a file with every row", () => {
  const curve = new Curve();
  curve.add({ step: 1, loss: 2.5, learningRate: 0.0002 });
  curve.add({ step: 2, evalLoss: 1 });
  assert.equal(csvOf(curve), "step,loss,evalLoss,learningRate,epoch,samplesPerSecond,tokensPerSecond\n1,2.5,,0.0002,,,\n2,,1,,,,\n");
});

test("U15: the title of the window says how far the job is", () => {
  const curve = new Curve();
  curve.add({ step: 629, loss: 1 });
  const title = (config: Record<string, unknown>, status: string): string => windowTitleOf("triage", status, progressOf(curve, config, status, NaN));
  assert.equal(title({ maxSteps: 1000 }, "running"), "triage · 62 %");
  assert.equal(title({}, "running"), "triage · running");
  assert.equal(title({ maxSteps: 1000 }, "failed"), "triage · failed");
});
