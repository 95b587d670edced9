import assert from "node:assert/strict";
import { test } from "node:test";
import { defineDataset } from "../src/dataset.ts";
import { defineEval, type Eval } from "../src/eval.ts";
import { measure } from "../src/eval-measure.ts";
import { createArkor } from "../src/manifest.ts";
import { createTrainer, evaluateSymbol, getSymbol, observe, type Observer, type Trainer } from "../src/trainer.ts";
import { checkpoint, completed, FakeCloud, frame, job, log } from "./support/cloud.ts";
import { byScore, catchStderr, chats, dataset, input, recorded, type Ticket, withEvals } from "./support/evals.ts";

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
