import assert from "node:assert/strict";
import { test } from "node:test";

import { Curve, parseMetrics } from "../src/job/curve.ts";
import { nearestCheckpoint, readoutOf, summaryOf } from "../src/job/loss-lines.ts";
import { progressOf } from "../src/job/progress.ts";
import { JobRecord, statusOf } from "../src/job/record.ts";
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
});

test("metrics of a backend become a curve, their nulls stay holes", () => {
  const m = parseMetrics({
    metrics: { jobId: "a", total: 3, series: { step: [1, 2, 3], loss: [4.1, null, 3.2], evalLoss: [null, null, 3.4] }, checkpoints: [2], lastEventId: "104" },
  });
  assert.deepEqual(m.curve.steps, [1, 3]);
  assert.deepEqual(m.curve.values.evalLoss, [null, 3.4]);
  assert.equal(m.curve.unusable, 1);
  assert.deepEqual([m.checkpoints, m.total, m.lastEventId], [[2], 3, "104"]);
  assert.deepEqual(parseMetrics({ metrics: { lastEventId: "0" } }).lastEventId, "");
  assert.deepEqual(parseMetrics("nonsense").curve.steps, []);
});

test("JD8: the rows of the log", () => {
  const record = new JobRecord();
  const cases: [string, unknown, string][] = [
    ["training.started", { type: "training.started" }, '{"type":"training.started"}'],
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
  assert.equal(nearestCheckpoint(curve, new Set([500]), 505, null), 500);
  assert.equal(nearestCheckpoint(curve, new Set([500]), 600, null), null);
  assert.equal(nearestCheckpoint(curve, new Set([500]), 505, [490, 510]), null);
  assert.equal(nearestCheckpoint(curve, new Set(), 505, null), null);
});
