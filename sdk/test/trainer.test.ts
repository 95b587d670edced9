import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { SUPPORTED_MODELS } from "../src/models.ts";
import { createTrainer, observe, override, type Observer, type Overrides } from "../src/trainer.ts";
import type { CheckpointContext, TrainerInput, TrainingLogContext } from "../src/trainer-input.ts";
import { checkpoint, completed, FakeCloud, frame, job, log, scope, started, timestamp } from "./support/cloud.ts";
import { wire } from "./support/vectors.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
const creates = "POST /v1/jobs";
const streams = "GET /v1/jobs/j1/events/stream";

test("construction refuses only a missing model and does nothing else", () => {
  for (const model of ["", "  ", undefined, 7]) {
    assert.throws(() => createTrainer({ ...input, model: model as string }), {
      name: "UnsupportedModelError",
      code: "unsupported_model",
    });
  }
  const trainer = createTrainer({ ...input, model: "no/such", dataset: { type: "file", path: "no/such" } });
  assert.equal(trainer.name, "triage");
});

test("inference and cancel are asked for once, whatever comes (F10, I1)", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  let infer: CheckpointContext["infer"] | undefined;
  const callbacks = { onCheckpoint: (context: CheckpointContext) => void (infer = context.infer) };
  const trainer = createTrainer({ ...input, callbacks }, cloud.context);
  await trainer.wait();
  const messages = [{ role: "user", content: "hi" }] as const;
  for (const route of ["POST /v1/inference/chat", "POST /v1/jobs/j1/cancel"]) {
    const ask = async (): Promise<unknown> => (route.endsWith("chat") ? infer?.({ messages }) : trainer.cancel());
    cloud.reply(route, 503, { error: "busy" });
    await assert.rejects(ask(), { name: "CloudApiError", status: 503 });
    cloud.on(route, (_, response) => void response.socket?.destroy());
    await assert.rejects(ask(), TypeError);
    assert.equal(cloud.requests(route).length, 2);
  }
  const reason = new Error("enough");
  const asking = infer?.({ messages, signal: AbortSignal.abort(reason) });
  assert.equal(await asking?.catch((error: unknown) => error), reason);
});

test("a run that has ended keeps no process alive", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: started(1), then: "break" }, { body: log(2) + completed(3), then: "open" });
  const module = JSON.stringify(new URL("../src/trainer.js", import.meta.url).href);
  const program = `import { createTrainer } from ${module};
const context = ${JSON.stringify({ baseUrl: cloud.url, cwd: cloud.cwd, credentials: cloud.context.credentials, reconnectDelayMs: 1 })};
const { job } = await createTrainer(${JSON.stringify(input)}, { ...context, env: {} }).wait();
console.log(job.status);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const [status] = (await once(child, "close")) as [number];
  assert.deepEqual([status, stdout], [0, "completed\n"]);
});

test("the list of models is frozen", () => {
  assert.ok(Object.isFrozen(SUPPORTED_MODELS));
  assert.deepEqual([...SUPPORTED_MODELS], ["unsloth/gemma-4-E4B-it"]);
});

test("start creates one job, whoever calls how often", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer({ ...input, maxSteps: 5, dryRun: false }, cloud.context);
  const ids = await Promise.all([trainer.start(), trainer.start()]);
  assert.deepEqual([...ids, await trainer.start()], Array(3).fill({ jobId: "j1" }));
  assert.deepEqual(cloud.seen.map(({ method, path }) => `${method} ${path}`), ["GET /v1/models", creates]);
  const request = cloud.requests(creates)[0];
  assert.deepEqual(JSON.parse(request?.body ?? ""), {
    name: "triage",
    config: { model: input.model, datasetSource: input.dataset, maxSteps: 5, dryRun: false },
  });
  assert.match(String(request?.headers["idempotency-key"]), /^[0-9a-f-]{36}$/);
});

test("a runner may make a dry run of it, until the job is created", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer({ ...input, maxSteps: 5, dryRun: false }, cloud.context);
  assert.equal(override, Symbol.for("arkor.trainer.override"));
  const change = (trainer as unknown as Record<symbol, (changes: Overrides) => boolean>)[override];
  assert.equal(change?.({ dryRun: true }), true);
  await trainer.start();
  assert.equal(change?.({ dryRun: false }), false);
  assert.deepEqual(JSON.parse(cloud.requests(creates)[0]?.body ?? "").config, {
    model: input.model,
    datasetSource: input.dataset,
    maxSteps: 5,
    dryRun: true,
  });
});

test("each trainer has an idempotency key of its own", async (t) => {
  const cloud = await FakeCloud.start(t);
  for (let i = 0; i < 2; i++) await createTrainer(input, cloud.context).start();
  const [one, two] = cloud.requests(creates).map(({ headers }) => headers["idempotency-key"]);
  assert.notEqual(one, two);
});

test("a failed start leaves no job and may be tried again", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply(creates, 400, { error: "learningRate must be positive" });
  const trainer = createTrainer(input, cloud.context);
  await assert.rejects(Promise.all([trainer.start(), trainer.start()]), {
    name: "CloudApiError",
    status: 400,
    message: "learningRate must be positive",
  });
  assert.equal(cloud.requests(creates).length, 1);
  await trainer.cancel();
  cloud.reply(creates, 201, { job });
  assert.deepEqual(await trainer.start(), { jobId: "j1" });
  const keys = cloud.requests(creates).map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys[0], keys[1]);
});

test("wait starts the job and runs the callbacks in order, one at a time", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: started(1) + log(2) + checkpoint(3, 50) + log(4) + completed(5) });
  const calls: string[] = [];
  let running = 0;
  const slow = (name: string) => async () => {
    assert.equal(running++, 0, "two callbacks at once");
    calls.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    calls.push(`${name} ends`);
    running--;
  };
  const names = ["onStarted", "onLog", "onCheckpoint", "onCompleted"] as const;
  const callbacks = Object.fromEntries(names.map((name) => [name, slow(name)]));
  const result = await createTrainer({ ...input, callbacks }, cloud.context).wait();
  const order = ["onStarted", "onLog", "onCheckpoint", "onLog", "onCompleted"];
  assert.deepEqual(calls, order.flatMap((name) => [`${name} begins`, `${name} ends`]));
  assert.equal(result.job.status, "completed");
  assert.equal(result.job.completedAt, timestamp);
  assert.deepEqual(result.artifacts, ["a"]);
});

test("callbacks may keep the jobs they got", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: started(1) + log(2) + completed(3) });
  const jobs: { status: string }[] = [];
  const keep = (context: { job: { status: string } }): void => void jobs.push(context.job);
  await createTrainer(
    { ...input, callbacks: { onStarted: keep, onLog: keep, onCompleted: keep } },
    cloud.context,
  ).wait();
  assert.deepEqual(jobs.map(({ status }) => status), ["running", "running", "completed"]);
});

test("a failed run resolves, with the reason", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: frame(1, { type: "training.failed", error: "train.jsonl:17: not JSON" }) });
  let reason: unknown;
  const callbacks = { onFailed: ({ error }: { error: string }) => (reason = error) };
  const { job, artifacts } = await createTrainer({ ...input, callbacks }, cloud.context).wait();
  assert.deepEqual([job.status, job.error, reason], ["failed", reason, "train.jsonl:17: not JSON"]);
  assert.deepEqual(artifacts, []);
});

for (const [name, ending] of [
  ["training.cancelled", frame(2, { type: "training.cancelled" })],
  ["end with a status", 'event: end\ndata: {"status":"cancelled"}\n\n'],
] as const) {
  test(`a cancelled run resolves and says so: ${name}`, async (t) => {
    const cloud = await FakeCloud.start(t);
    cloud.stream({ body: started(1) + ending });
    const seen: string[] = [];
    const callbacks = {
      onCancelled: (context: { job: { status: string } }) => void seen.push(context.job.status),
    };
    const { job } = await createTrainer({ ...input, callbacks }, cloud.context).wait();
    assert.equal(job.status, "cancelled");
    assert.deepEqual(seen, ["cancelled"]);
  });
}

test("an end without status takes the final state from the server", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: "event: end\ndata: session over\n\n" });
  const final = { ...job, status: "failed", error: "disk full", completedAt: timestamp };
  cloud.reply("GET /v1/jobs/j1", 200, { job: final });
  const errors: string[] = [];
  const callbacks = { onFailed: ({ error }: { error: string }) => void errors.push(error) };
  const { job: last } = await createTrainer({ ...input, callbacks }, cloud.context).wait();
  assert.deepEqual([last.status, last.error, last.completedAt], ["failed", "disk full", timestamp]);
  assert.deepEqual(errors, ["disk full"]);
});

test("W7: an end resolves with the job as it is where the server does not know more", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: `${started(1)}event: end\ndata:\n\n` });
  const { job, artifacts } = await createTrainer(input, cloud.context).wait();
  assert.deepEqual([job.status, job.startedAt, artifacts], ["running", timestamp, []]);
});

test("F9: failures are counted per wait", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ throw: true }, { throw: true }, { throw: true }, { body: completed() });
  const trainer = createTrainer(input, { ...cloud.context, maxReconnectAttempts: 1 });
  await assert.rejects(trainer.wait(), { name: "StreamError", message: /failed 2 consecutive times/ });
  assert.equal((await trainer.wait()).job.status, "completed");
  assert.deepEqual(cloud.clock.delays, [1000, 1000]);
});

test("3.5: the delays of a caller's own are kept to", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ throw: true }, { throw: true }, { throw: true }, { body: completed() });
  const delays = { reconnectDelayMs: 100, maxReconnectDelayMs: 300 };
  await createTrainer(input, { ...cloud.context, ...delays }).wait();
  assert.deepEqual(cloud.clock.delays, [100, 200, 300]);
});

for (const value of [new Error("mine"), "a string", undefined, { name: "AbortError" }]) {
  test(`what a callback throws comes out of wait: ${String(value)}`, async (t) => {
    const cloud = await FakeCloud.start(t);
    cloud.stream({ body: log(1) + log(2) + completed(3) });
    let failed = 0;
    const callbacks = {
      onLog: () => Promise.reject(value as Error),
      onFailed: () => failed++,
    };
    const waiting = createTrainer({ ...input, callbacks }, cloud.context).wait();
    assert.equal(await waiting.then(() => "resolved", (error: unknown) => error), value);
    assert.equal(cloud.requests(streams).length, 1);
    assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 0);
    assert.equal(failed, 0);
  });
}

test("wait is one promise, and after a rejection goes on behind the last event", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + log(2) }, { body: log(3) + completed(4) });
  const steps: number[] = [];
  const onLog = ({ step }: TrainingLogContext): void => {
    steps.push(step);
    if (step === 2) throw new Error("once");
  };
  const trainer = createTrainer({ ...input, callbacks: { onLog } }, cloud.context);
  await assert.rejects(Promise.all([trainer.wait(), trainer.wait()]), /once/);
  const [first, second] = await Promise.all([trainer.wait(), trainer.wait()]);
  assert.equal(first, second);
  assert.equal(await trainer.wait(), first);
  assert.deepEqual(steps, [1, 2, 3]);
  assert.deepEqual(cloud.lastEventIds, [null, "2"]);
});

test("a final event whose callback threw is not forgotten", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: completed() });
  let calls = 0;
  const onCompleted = (): never => {
    calls++;
    throw new Error("mine");
  };
  const trainer = createTrainer({ ...input, callbacks: { onCompleted } }, cloud.context);
  await assert.rejects(trainer.wait(), /mine/);
  const { job, artifacts } = await trainer.wait();
  assert.deepEqual([job.status, artifacts, calls], ["completed", ["a"], 1]);
});

test("a job that is final already has its events replayed", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply(creates, 201, { job: { ...job, status: "completed" } });
  cloud.stream({ body: started(1) + log(2) + completed(3) });
  const calls: string[] = [];
  const callbacks = { onLog: () => calls.push("log"), onCompleted: () => calls.push("completed") };
  const { artifacts } = await createTrainer({ ...input, callbacks }, cloud.context).wait();
  assert.deepEqual([calls, artifacts], [["log", "completed"], ["a"]]);
});

test("infer asks the checkpoint and hands out the raw answer", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: checkpoint(1, 50) + completed(2) });
  cloud.on("POST /v1/inference/chat", ({ body }, response) => {
    response.end(JSON.stringify({ echo: JSON.parse(body) as unknown }));
  });
  let context: CheckpointContext | undefined;
  const callbacks = { onCheckpoint: (c: CheckpointContext) => void (context = c) };
  await createTrainer({ ...input, callbacks }, cloud.context).wait();
  assert.ok(context);
  assert.equal("artifacts" in context, true);
  assert.deepEqual(wire({ ...context, job: null }), {
    step: 50,
    adapter: { kind: "checkpoint", jobId: "j1", step: 50 },
    job: null,
  });
  // The callback has long returned.
  const messages = [{ role: "user", content: "hi" }] as const;
  const response = await context.infer({ messages, stream: false });
  assert.deepEqual(await response.json(), {
    echo: { messages, adapter: context.adapter, stream: false },
  });
  cloud.reply("POST /v1/inference/chat", 400, { error: "invalid_schema: no", code: "invalid_schema" });
  await assert.rejects(context.infer({ messages }), { name: "CloudApiError", code: "invalid_schema" });
});

test("cancel sends nothing without a job, and one request with one", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer(input, cloud.context);
  await trainer.cancel();
  assert.equal(cloud.seen.length, 0);
  await trainer.start();
  await trainer.cancel();
  const [request] = cloud.requests("POST /v1/jobs/j1/cancel");
  assert.deepEqual(Object.fromEntries(request?.query ?? []), scope);
  cloud.reply("POST /v1/jobs/j1/cancel", 409, { error: "already cancelled" });
  await assert.rejects(trainer.cancel(), { name: "CloudApiError", status: 409 });
});

test("cancel during start waits for the job that is being made", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer(input, cloud.context);
  const starting = trainer.start();
  await trainer.cancel();
  await starting;
  assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 1);
});

test("observers get every event of the server behind its callback", async (t) => {
  const cloud = await FakeCloud.start(t);
  const extra = { type: "training.log", step: 2, tokensPerSecond: 1500 };
  cloud.stream({ status: 503, error: "busy" }, { body: started(1) + frame(2, extra) + completed(3) });
  const calls: string[] = [];
  const note = (name: string) => () => void calls.push(name);
  const trainer = createTrainer(
    { ...input, callbacks: { onStarted: note("onStarted"), onLog: note("onLog") } },
    cloud.context,
  );
  const watch = (trainer as unknown as Record<symbol, (observer: Observer) => () => void>)[observe];
  assert.equal(observe, Symbol.for("arkor.trainer.observe"));
  const events: unknown[] = [];
  const remove = watch?.((event) => {
    calls.push(event.type);
    events.push(event);
    throw new Error("a watcher is never worth the run");
  });
  await trainer.wait();
  remove?.();
  assert.deepEqual(calls, [
    "reconnecting",
    "onStarted",
    "training.started",
    "onLog",
    "training.log",
    "training.completed",
  ]);
  assert.deepEqual(events[2], { ...extra, jobId: "j1", timestamp });
});

test("observers hear how many trainings come first", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply(creates, 201, { job: { ...job, status: "queued", jobsAhead: 2 } });
  cloud.stream({ body: started(1) + completed(2) });
  const trainer = createTrainer(input, cloud.context);
  const events: unknown[] = [];
  (trainer as unknown as Record<symbol, (observer: Observer) => void>)[observe]?.((event) => {
    events.push(event);
  });
  await trainer.wait();
  assert.deepEqual(events[0], { type: "queued", jobsAhead: 2 });
});

test("a create is repeated on a broken connection where the backend knows the key", async (t) => {
  const cloud = await FakeCloud.start(t);
  const model = { id: input.model, capabilities: { train: true } };
  cloud.reply("GET /v1/models", 200, { models: [model] });
  let broken = 2;
  cloud.on(creates, (_, response) => {
    if (broken-- > 0) response.socket?.destroy();
    else response.writeHead(201).end(JSON.stringify({ job }));
  });
  assert.deepEqual(await createTrainer(input, cloud.context).start(), { jobId: "j1" });
  const keys = new Set(cloud.requests(creates).map(({ headers }) => headers["idempotency-key"]));
  assert.equal(cloud.requests(creates).length, 3);
  assert.equal(keys.size, 1);
  assert.deepEqual(cloud.clock.delays, [1000, 2000]);

  broken = 9;
  await assert.rejects(createTrainer(input, cloud.context).start(), /fetch failed/);
  assert.equal(cloud.requests(creates).length, 6);
});

test("O4: a question for the models that gets no answer stops nothing", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.on("GET /v1/models", (_, response) => void response.socket?.destroy());
  assert.deepEqual(await createTrainer({ ...input, model: "any/model" }, cloud.context).start(), { jobId: "j1" });
  assert.equal(cloud.requests("GET /v1/models").length, 1);
});

test("a create that was refused is not repeated", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("GET /v1/models", 200, { models: [{ id: input.model, capabilities: { train: true } }] });
  cloud.reply(creates, 503, { error: "busy" });
  await assert.rejects(createTrainer(input, cloud.context).start(), { status: 503 });
  assert.equal(cloud.requests(creates).length, 1);
});

test("a create is never repeated where a second job could be the result", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.on(creates, (_, response) => void response.socket?.destroy());
  await assert.rejects(createTrainer(input, cloud.context).start(), /fetch failed/);
  assert.equal(cloud.requests(creates).length, 1);
});

test("a trainer without dataset is told so", async (t) => {
  const cloud = await FakeCloud.start(t);
  const { dataset: _, ...rest } = input;
  await assert.rejects(createTrainer(rest as TrainerInput, cloud.context).start(), {
    code: "dataset_invalid",
    message: "The trainer has no dataset.",
  });
  assert.equal(cloud.seen.length, 0);
});
