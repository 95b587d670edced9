import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defineDataset } from "../src/dataset.ts";
import { defineEval, type EvalContext } from "../src/eval.ts";
import { describeEval } from "../src/eval-runner.ts";
import { createTrainer, observe, type Observer } from "../src/trainer.ts";
import type { TrainerEvent } from "../src/trainer-events.ts";
import { checkpoint, completed, FakeCloud, frame, job, log, started } from "./support/cloud.ts";
import { byScore, catchStderr, chats, input, recorded, result, type Ticket, withEvals } from "./support/evals.ts";

test("V3: behind onCheckpoint, in the order of the list, samples one by one, and the next event waits", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  cloud.stream({ body: started(1) + checkpoint(2, 50) + log(3, 60) + checkpoint(4, 100) + completed(5) });
  const calls: string[] = [];
  let running = 0;
  const slow = async (name: string): Promise<void> => {
    assert.equal(running++, 0, "two at once");
    calls.push(name);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  const one = byScore({
    score: async ({ sample, step }) => {
      await slow(`${step} one ${sample.text}`);
      return { score: sample.score, note: "unused" };
    },
  });
  const two = byScore({ name: "two", limit: 1, score: ({ step }) => slow(`${step} two`).then(() => 1) });
  const callbacks = {
    onCheckpoint: ({ step }: { step: number }) => slow(`onCheckpoint ${step}`),
    onLog: () => slow("onLog"),
    onCompleted: () => slow("onCompleted"),
  };
  await withEvals(createTrainer({ ...input, callbacks }, cloud.context), one, two).wait();
  const at = (step: number): string[] => [
    `onCheckpoint ${step}`, `${step} one t0`, `${step} one t1`, `${step} one t2`, `${step} two`,
  ];
  // The last checkpoint is the finished model: it is not measured twice.
  assert.deepEqual(calls, [...at(50), "onLog", ...at(100), "onCompleted"]);
});

test("V5: results are events, lines of a file, and one line on stderr", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const trainer = withEvals(createTrainer(input, cloud.context), byScore());
  const watched: unknown[] = [];
  (trainer as unknown as Record<symbol, (observer: Observer) => void>)[observe]?.((event) => watched.push(event));
  const events: TrainerEvent[] = [];
  for await (const event of trainer.events()) events.push(event);
  const want = { ...result, step: 50 };
  assert.deepEqual(events.map(({ type }) => type), ["checkpoint", "eval", "completed"]);
  assert.deepEqual(events[1], want);
  assert.deepEqual(recorded(cloud), [want]);
  assert.deepEqual(stderr, ["eval tickets at step 50: mean 0.5833, min 0.25, max 1, 3 samples\n"]);
  assert.deepEqual(watched.map((event) => (event as { type: string }).type), ["checkpoint.saved", "eval", "training.completed"]);
  assert.deepEqual(watched[1], want);
});

test("what was not measured at its last step is measured on the finished model", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  const bodies: { adapter: unknown }[] = [];
  cloud.on(chats, ({ body }, response) => {
    bodies.push(JSON.parse(body) as { adapter: unknown });
    response.end("{}");
  });
  cloud.stream({ body: checkpoint(1, 50) + log(2, 60) + completed(3) });
  const order: string[] = [];
  const score = async ({ infer, job, step }: EvalContext): Promise<number> => {
    await infer({ messages: [{ role: "user", content: "hi" }], stream: false });
    order.push(`${step} ${job.status}`);
    return 1;
  };
  const callbacks = { onCompleted: () => order.push("onCompleted") };
  const final = byScore({ name: "final", limit: 1, everyCheckpoint: false, score });
  const trainer = withEvals(createTrainer({ ...input, callbacks }, cloud.context), byScore({ limit: 1, score }), final);
  const types: string[] = [];
  for await (const event of trainer.events()) types.push(event.type === "eval" ? event.name : event.type);
  assert.deepEqual(order, ["50 queued", "onCompleted", "60 completed", "60 completed"]);
  assert.deepEqual(bodies.map(({ adapter }) => adapter), [
    { kind: "checkpoint", jobId: "j1", step: 50 },
    { kind: "final", jobId: "j1" },
    { kind: "final", jobId: "j1" },
  ]);
  assert.deepEqual(types, ["checkpoint", "tickets", "log", "tickets", "final", "completed"]);
});

test("a run that failed is not measured", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: frame(1, { type: "training.failed", error: "disk full" }) });
  await withEvals(createTrainer(input, cloud.context), byScore()).wait();
  assert.deepEqual(stderr, []);
});

test("V4: what is no finite number fails the sample, as what score throws does", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const answers: unknown[] = [Number.NaN, Infinity, "1", undefined, { score: null }, { score: 2, note: "high" }, { score: -1, note: "low\u001b[2J" }];
  const many = defineDataset({ type: "rows", rows: answers.map((_, index) => ({ index })) });
  const one = defineEval({ name: "odd\n", dataset: many, score: ({ sample }) => answers[sample.index] as number });
  const none = byScore({
    name: "none",
    score: () => {
      throw new Error("no answer");
    },
  });
  await withEvals(createTrainer(input, cloud.context), one, none).wait();
  assert.deepEqual(recorded(cloud), [
    { type: "eval", name: "odd\n", step: 50, count: 7, failed: 5, mean: 0.5, min: -1, max: 2 },
    { type: "eval", name: "none", step: 50, count: 3, failed: 3, mean: null, min: null, max: null },
  ]);
  assert.deepEqual(stderr, [
    "eval odd  at step 50: mean 0.5, min -1 (low [2J), max 2, 7 samples, 5 failed (sample 1: the score is not a finite number but NaN)\n",
    "eval none at step 50: 3 samples, 3 failed (sample 1: no answer)\n",
  ]);
});

test("V4: with failFast a failed sample is what wait rejects with; the next wait goes on behind it", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + log(2) }, { body: log(2, 60) + completed(3) });
  const mine = new Error("mine");
  const one = byScore({ failFast: true, score: ({ step }) => (step === 50 ? Promise.reject(mine) : 1) });
  const trainer = withEvals(createTrainer(input, cloud.context), one);
  assert.equal(await trainer.wait().catch((error: unknown) => error), mine);
  assert.equal((await trainer.wait()).job.status, "completed");
  assert.deepEqual(cloud.lastEventIds, [null, "1"]);
  assert.deepEqual(recorded(cloud), [{ ...result, step: 60, mean: 1, min: 1, max: 1 }]);
});

test("an abort ends the evals, is no failed sample, and reaches what they ask", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50), then: "open" });
  const abort = new AbortController();
  const reason = new Error("enough");
  cloud.on(chats, () => abort.abort(reason));
  let asked = 0;
  const one = byScore({
    score: async ({ infer, signal }) => {
      asked++;
      await infer({ messages: [{ role: "user", content: "hi" }] }).catch((error: unknown) => assert.equal(error, signal.reason));
      return 1;
    },
  });
  const trainer = withEvals(createTrainer({ ...input, abortSignal: abort.signal }, cloud.context), one);
  assert.equal(await trainer.wait().catch((error: unknown) => error), reason);
  assert.deepEqual([asked, stderr], [1, []]);
});

test("samples that cannot be read are found before anything is sent", async (t) => {
  const cloud = await FakeCloud.start(t);
  const hub = byScore({ dataset: defineDataset<Ticket>({ type: "huggingface", name: "a/b" }) });
  const trainer = withEvals(createTrainer(input, cloud.context), hub);
  await assert.rejects(trainer.start(), { name: "DatasetError", code: "dataset_not_local" });
  const path = join(cloud.cwd, "held.jsonl");
  const file = byScore({ dataset: defineDataset<Ticket>({ type: "file", path }) });
  const other = withEvals(createTrainer(input, cloud.context), file);
  await assert.rejects(other.start(), /held\.jsonl cannot be read/);
  assert.equal(cloud.seen.length, 0);
  // Neither is sticky, and what was read is what is asked about.
  writeFileSync(path, '{"text":"a","score":1}\n');
  await other.start();
  rmSync(path);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  catchStderr(t);
  await other.wait();
  assert.deepEqual(recorded(cloud), [{ ...result, step: 50, count: 1, mean: 1, min: 1, max: 1 }]);
});

test("what is attached replaces what was: a module may be run twice", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const trainer = withEvals(createTrainer(input, cloud.context), byScore());
  await withEvals(trainer, byScore()).wait();
  assert.equal(stderr.length, 1);
});

test("a trainer that no runner runs has no evals and writes nothing", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  cloud.reply("GET /v1/models", 200, { models: [{ id: input.model, capabilities: { train: true } }] });
  await createTrainer(input, cloud.context).wait();
  assert.deepEqual(readdirSync(join(cloud.cwd, ".arkor")), ["state.json"]);
});

test("V5: the file stays in its folder, whatever the id of the job", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  const id = "../../j1";
  cloud.reply("POST /v1/jobs", 201, { job: { ...job, id } });
  cloud.on(`GET /v1/jobs/${id}/events/stream`, (_, response) => void response.end(checkpoint(1, 50) + completed(2)));
  await withEvals(createTrainer(input, cloud.context), byScore()).wait();
  const [file, ...others] = readdirSync(join(cloud.cwd, ".arkor", "evals"));
  assert.match(file ?? "", /^[0-9a-f]{64}\.jsonl$/);
  assert.deepEqual(others, []);
});

test("a result that cannot be kept is not worth the run", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  writeFileSync(join(cloud.cwd, ".arkor", "evals"), "in the way");
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  assert.equal((await withEvals(createTrainer(input, cloud.context), byScore()).wait()).job.status, "completed");
  assert.match(stderr[1] ?? "", /^arkor: warning: the result cannot be kept: Error: EEXIST/);
});

test("V5: the line is one line, of a length that can be read", () => {
  const numbers = { mean: 1 / 3, min: 1 / 3, max: 1 / 3 };
  const one = { type: "eval", name: "e", step: 1, count: 1, failed: 0, ...numbers } as const;
  assert.equal(
    describeEval({ result: one, note: "why", problem: undefined }),
    "eval e at step 1: mean 0.3333, min 0.3333 (why), max 0.3333, 1 sample",
  );
  const long = describeEval({ result: one, note: "x".repeat(5000), problem: undefined });
  assert.equal(long, `eval e at step 1: mean 0.3333, min 0.3333 (${"x".repeat(100)}...), max 0.3333, 1 sample`);
});
