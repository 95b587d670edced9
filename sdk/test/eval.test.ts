import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { defineDataset } from "../src/dataset.ts";
import { defineEval, type Eval, type EvalContext } from "../src/eval.ts";
import { measure } from "../src/eval-measure.ts";
import { describeEval } from "../src/eval-runner.ts";
import { createArkor } from "../src/manifest.ts";
import { attach, createTrainer, evaluateSymbol, getSymbol, observe, type Attachment, type Observer, type Trainer } from "../src/trainer.ts";
import type { TrainerEvent } from "../src/trainer-events.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { checkpoint, completed, FakeCloud, frame, job, log, started } from "./support/cloud.ts";

interface Ticket {
  readonly text: string;
  readonly score: number;
}

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
const chats = "POST /v1/inference/chat";
const rows = [0.25, 1, 0.5].map((score, index) => ({ text: `t${index}`, score }));
const dataset = defineDataset<Ticket>({ type: "rows", rows });

const byScore = (extra: Partial<Eval<Ticket>> = {}): Eval<Ticket> =>
  defineEval<Ticket>({ name: "tickets", dataset, score: ({ sample }: EvalContext<Ticket>) => sample.score, ...extra } as Eval<Ticket>);

/** Catches what is written to stderr while the test runs. */
function catchStderr(t: TestContext): string[] {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  return lines;
}

function withEvals(trainer: Trainer, ...evals: Eval[]): Trainer {
  (trainer as unknown as Record<symbol, (attachment: Attachment) => void>)[attach]?.({ evals });
  return trainer;
}

const result = { type: "eval", name: "tickets", count: 3, failed: 0, mean: 1.75 / 3, min: 0.25, max: 1 };

function recorded(cloud: FakeCloud, file = "j1.jsonl"): unknown[] {
  const text = readFileSync(join(cloud.cwd, ".arkor", "evals", file), "utf8");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as unknown);
}

test("V1: the key is on the manifest only when it is given", () => {
  const one = byScore();
  assert.deepEqual(Object.keys(createArkor({})), ["_kind", "trainer"]);
  assert.deepEqual(Object.keys(createArkor({ eval: undefined })), ["_kind", "trainer"]);
  const manifest = createArkor({ eval: one });
  assert.equal(manifest.eval, one);
  assert.ok(Object.isFrozen(manifest) && Object.isFrozen(one));
  assert.deepEqual(createArkor({ eval: [one, one] }).eval, [one, one]);
});

test("an eval without a name, or with a limit that is none", () => {
  const score = (): number => 1;
  for (const name of ["", " ", undefined as unknown as string]) {
    assert.throws(() => defineEval({ name, dataset, score }), TypeError);
  }
  for (const limit of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => defineEval({ name: "e", dataset, score, limit }), /^TypeError: The limit of eval "e"/);
  }
});

test("an eval that could decide nothing, or nothing well, is refused", () => {
  const score = (): number => 1;
  const refused = (input: object): string => {
    try {
      defineEval({ name: "e", dataset, ...input } as Eval<Ticket>);
    } catch (error) {
      return String(error);
    }
    return "";
  };
  assert.equal(refused({ score, threshold: 0 }), "");
  assert.equal(refused({ schema: true, threshold: 0.9 }), "");
  assert.equal(refused({ score, threshold: Number.NaN }), 'TypeError: Eval "e": the threshold is a finite number, not NaN.');
  assert.equal(refused({ score, threshold: "0.9" }), 'TypeError: Eval "e": the threshold is a finite number, not 0.9.');
  for (const neither of [{}, { score, schema: {} }, { score: 1 }]) {
    assert.equal(refused(neither), 'TypeError: Eval "e": give either score, a function, or schema.');
  }
  assert.equal(refused({ schema: { iff: {} } }), 'TypeError: The keyword "iff" of a JSON schema is not supported here.');
});

interface Conversation {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

const conversations = defineDataset<Conversation>({
  type: "rows",
  rows: ["a", "b", "c"].map((name) => ({
    messages: [
      { role: "system", content: "Answer with JSON." },
      { role: "user", content: name },
      { role: "assistant", content: "{}" },
    ],
  })),
});

/** Answers chats, by the last message, in a stream. */
function answerChats(cloud: FakeCloud, answers: Readonly<Record<string, string>>): { messages: unknown; [key: string]: unknown }[] {
  const bodies: { messages: unknown; [key: string]: unknown }[] = [];
  cloud.on(chats, ({ body }, response) => {
    const asked = JSON.parse(body) as { messages: { content: string }[] };
    bodies.push(asked);
    const content = answers[asked.messages.at(-1)?.content ?? ""] ?? "";
    response.setHeader("Content-Type", "text/event-stream");
    for (const piece of [content.slice(0, 2), content.slice(2)]) {
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`);
    }
    response.end("data: [DONE]\n\n");
  });
  return bodies;
}

const stored = "POST /v1/jobs/j1/evals";

function watch(trainer: Trainer): { readonly type: string; readonly [key: string]: unknown }[] {
  const seen: { readonly type: string; readonly [key: string]: unknown }[] = [];
  (trainer as unknown as Record<symbol, (observer: Observer) => void>)[observe]?.((event) => seen.push(event));
  return seen;
}

test("a schema scores what the model does, and the backend keeps what it was", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const bodies = answerChats(cloud, { a: '{"n":1}', b: '{"n":"x"}', c: "no" });
  cloud.reply(stored, 201, {});
  const schema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] } as const;
  const one = defineEval({ name: "json", dataset: conversations, schema, threshold: 0.5, ask: { maxTokens: 9 } });
  const trainer = withEvals(createTrainer(input, cloud.context), one);
  const seen = watch(trainer);
  // The status of the job is what it was: a threshold is about what it made.
  assert.equal((await trainer.wait()).job.status, "completed");
  const messages = [{ role: "system", content: "Answer with JSON." }, { role: "user", content: "a" }];
  // The sample without its answer, the most likely answer, and no constraint on it.
  assert.deepEqual(bodies[0], { messages, adapter: { kind: "checkpoint", jobId: "j1", step: 50 }, temperature: 0, maxTokens: 9, stream: true });
  const numbers = { count: 3, failed: 0, mean: 1 / 3, min: 0, max: 1, threshold: 0.5 };
  const found = { type: "eval", name: "json", step: 50, ...numbers, passed: false };
  assert.deepEqual(recorded(cloud), [found]);
  assert.deepEqual(stderr, ["eval json at step 50: mean 0.3333, min 0 ($.n is not of type number), max 1, 3 samples, threshold 0.5 missed\n"]);
  const worst = [
    { prompt: "b", answer: '{"n":"x"}', score: 0, note: "$.n is not of type number" },
    { prompt: "c", answer: "no", score: 0, note: "not JSON" },
    { prompt: "a", answer: '{"n":1}', score: 1, note: null },
  ];
  // The checkpoint is the finished model: it is not asked again, but told of.
  assert.equal(bodies.length, 3);
  assert.deepEqual(cloud.requests(stored).map(({ body }) => JSON.parse(body) as unknown), [
    { name: "json", target: { kind: "checkpoint", step: 50 }, ...numbers, worst },
    { name: "json", target: { kind: "final", step: 50 }, ...numbers, worst },
  ]);
  assert.deepEqual(seen.map(({ type }) => type), ["checkpoint.saved", "eval", "threshold.missed", "training.completed"]);
  assert.deepEqual(seen[2], { ...found, type: "threshold.missed" });
});

test("the finished model is that of the step that the backend names", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  const done = frame(4, { type: "training.completed", artifacts: [], metrics: { finalStep: 50, bestStep: 50 } });
  cloud.stream({ body: checkpoint(1, 50) + checkpoint(2, 100) + log(3, 110) + done });
  const steps: string[] = [];
  const passes = byScore({ name: "early", limit: 1, threshold: 0, score: ({ step }) => (steps.push(`early ${step}`), step === 50 ? 1 : -1) });
  const final = byScore({ name: "final", limit: 1, threshold: 1, everyCheckpoint: false, score: ({ step }) => (steps.push(`final ${step}`), 0) });
  const trainer = withEvals(createTrainer(input, cloud.context), passes, final);
  const seen = watch(trainer);
  await trainer.wait();
  assert.deepEqual(steps, ["early 50", "early 100", "final 50"]);
  const missed = seen.filter(({ type }) => type === "threshold.missed");
  assert.deepEqual(missed.map(({ name, step, mean }) => [name, step, mean]), [["final", 50, 0]]);
});

test("a dry run misses no threshold", async (t) => {
  const cloud = await FakeCloud.start(t);
  const stderr = catchStderr(t);
  cloud.stream({ body: checkpoint(1, 4) + completed(2) });
  const trainer = withEvals(createTrainer({ ...input, dryRun: true }, cloud.context), byScore({ threshold: 1 }));
  const seen = watch(trainer);
  await trainer.wait();
  assert.deepEqual(seen.map(({ type }) => type), ["checkpoint.saved", "eval", "training.completed"]);
  assert.match(stderr[0] ?? "", /, threshold 1 missed\n$/);
});

test("no threshold is reached with samples that failed, or without any", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const fails = (name: string): Eval => byScore({ name, threshold: 0, score: ({ sample }) => (sample.text === "t1" ? Number.NaN : 1) });
  const all = byScore({ name: "all", threshold: -5, score: () => Number.NaN });
  const trainer = withEvals(createTrainer(input, cloud.context), fails("one"), all, byScore({ name: "none" }));
  const seen = watch(trainer);
  await trainer.wait();
  const missed = seen.filter(({ type }) => type === "threshold.missed");
  assert.deepEqual(missed.map(({ name, failed }) => [name, failed]), [["one", 1], ["all", 3]]);
});

test("a backend without a place for results is no reason to worry, one that refuses them is", async (t) => {
  for (const [status, warnings] of [[404, 0], [405, 0], [500, 2]] as const) {
    const cloud = await FakeCloud.start(t);
    const stderr = catchStderr(t);
    cloud.reply(stored, status, { error: "no" });
    cloud.stream({ body: checkpoint(1, 50) + completed(2) });
    await withEvals(createTrainer(input, cloud.context), byScore()).wait();
    const warned = stderr.filter((line) => line.startsWith("arkor: warning: the backend does not keep the result: "));
    assert.equal(warned.length, warnings, stderr.join(""));
    t.mock.restoreAll();
  }
});

test("ask needs to know what to ask", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  const bodies = answerChats(cloud, { hi: "ho" });
  const pairs = defineDataset({ type: "rows", rows: [{ prompt: "hi", completion: "ho" }, { text: "hi" }] });
  const one = defineEval({ name: "pairs", dataset: pairs, score: async ({ ask }) => ((await ask({ temperature: 1 })) === "ho" ? 1 : 0) });
  const open = byScore({ name: "open", limit: 1, score: async ({ ask }) => (await ask({ messages: [{ role: "user", content: "hi" }] })).length });
  await withEvals(createTrainer(input, cloud.context), one, open).wait();
  assert.deepEqual(bodies.map(({ messages, temperature }) => [messages, temperature]), [
    [[{ role: "user", content: "hi" }], 1],
    [[{ role: "user", content: "hi" }], 0],
  ]);
  assert.deepEqual(recorded(cloud).map((found) => [(found as { mean: number }).mean, (found as { failed: number }).failed]), [[1, 1], [2, 0]]);
});

test("what is found does not depend on how many samples are asked at a time", async () => {
  const many = defineDataset({ type: "rows", rows: Array.from({ length: 23 }, (_, index) => ({ index })) });
  let running = 0;
  let most = 0;
  const one = defineEval({
    name: "many",
    dataset: many,
    score: async ({ sample }) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < (7 * sample.index) % 5; i++) await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (sample.index % 10 === 3) throw new Error(`no ${sample.index}`);
      return 1 / (sample.index + 1);
    },
  });
  const samples = Array.from({ length: 23 }, (_, index) => ({ index }));
  const point = { step: 1, job: job as never, infer: () => Promise.reject(new Error("unused")), signal: new AbortController().signal };
  const counts: number[] = [];
  const alone = await measure(one, samples, point);
  assert.equal(most, 1);
  const together = await measure(one, samples, point, { concurrency: 4, onSample: (done) => counts.push(done) });
  assert.equal(most, 4);
  assert.deepEqual(together, alone);
  assert.deepEqual(counts, samples.map(({ index }) => index + 1));
  assert.equal(alone.problem, "sample 4: no 3");
  assert.deepEqual(alone.worst.map(({ score, note }) => [score, note]), [
    [null, "no 3"], [null, "no 13"], [1 / 23, null], [1 / 22, null], [1 / 21, null],
  ]);
  const mine = new Error("mine");
  let asked = 0;
  const fast = byScore({ failFast: true, score: () => (asked++ === 1 ? Promise.reject(mine) : 1) });
  assert.equal(await measure(fast, samples, point, { concurrency: 2 }).catch((error: unknown) => error), mine);
  assert.ok(asked < 6, `${asked} were asked`);
});

test("texts of a model are cut", async () => {
  const point = { step: 1, job: job as never, infer: () => Promise.resolve(new Response("x".repeat(5000))), signal: new AbortController().signal };
  const one = byScore({ score: async ({ infer }) => ({ score: 1, note: await (await infer({ messages: [{ role: "user", content: "p".repeat(5000) }] })).text() }) });
  const { worst } = await measure(one, [{}], point);
  assert.deepEqual(worst, [{ prompt: `${"p".repeat(1000)}...`, answer: null, score: 1, note: `${"x".repeat(1000)}...` }]);
});

test("a runner compares models, and reads what it needs to choose them", async (t) => {
  const cloud = await FakeCloud.start(t);
  catchStderr(t);
  const bodies = answerChats(cloud, { a: "{}", b: "{}", c: "[]" });
  cloud.reply(stored, 201, {});
  cloud.reply("GET /v1/jobs", 200, { jobs: [job] });
  const trainer = createTrainer(input, cloud.context) as unknown as Record<symbol, (...args: unknown[]) => Promise<unknown>>;
  assert.deepEqual(await trainer[getSymbol]?.(["v1", "jobs"], { status: "completed" }), { jobs: [job] });
  assert.equal(cloud.requests("GET /v1/jobs")[0]?.query.get("status"), "completed");
  assert.equal(await trainer[getSymbol]?.(["v1", "endpoints"]), undefined);
  cloud.reply("GET /v1/jobs/gone", 404, { error: "no such job", code: "job_not_found" });
  await assert.rejects(async () => trainer[getSymbol]?.(["v1", "jobs", "gone"]), { code: "job_not_found" });

  const one = defineEval({ name: "json", dataset: conversations, schema: { type: "object" }, limit: 3 });
  const target = { kind: "base", model: "arkor/tiny" };
  const question = { eval: one, job, model: "arkor/tiny", step: 0, target, signal: new AbortController().signal, concurrency: 2 };
  const report = (await trainer[evaluateSymbol]?.(question)) as { result: { mean: number } };
  assert.equal(report.result.mean, 2 / 3);
  assert.deepEqual(bodies.map(({ baseModel, adapter }) => [baseModel, adapter]), Array.from({ length: 3 }, () => ["arkor/tiny", undefined]));
  assert.deepEqual((JSON.parse(cloud.requests(stored)[0]?.body ?? "") as { target: unknown }).target, target);
});

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
