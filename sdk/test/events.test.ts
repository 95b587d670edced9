import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createTrainer } from "../src/trainer.ts";
import type { TrainerEvent } from "../src/trainer-events.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { checkpoint, completed, FakeCloud, frame, job, log, ping, started, timestamp } from "./support/cloud.ts";
import { wire } from "./support/vectors.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
const creates = "POST /v1/jobs";
const streams = "GET /v1/jobs/j1/events/stream";
const cancels = "POST /v1/jobs/j1/cancel";

/** What an event is, and the step it is about: `log 2`. */
const brief = (event: TrainerEvent): string =>
  "step" in event ? `${event.type} ${event.step}` : event.type;

async function all(events: AsyncIterable<TrainerEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) seen.push(brief(event));
  return seen;
}

const whole = ["started", "log 2", "checkpoint 50", "log 4", "completed"];
const wholeBody = started(1) + log(2) + checkpoint(3, 50) + log(4) + completed(5);

test("J1: one stream and one job serve wait and every iterator", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: wholeBody });
  const trainer = createTrainer(input, cloud.context);
  const [one, result, two] = await Promise.all([all(trainer.events()), trainer.wait(), all(trainer.events())]);
  assert.deepEqual([one, two], [whole, whole]);
  assert.equal(result.job.status, "completed");
  assert.equal(cloud.requests(creates).length, 1);
  assert.equal(cloud.requests(streams).length, 1);
});

test("J1: nothing starts before the first event is asked for", async (t) => {
  const cloud = await FakeCloud.start(t);
  createTrainer(input, cloud.context).events()[Symbol.asyncIterator]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(cloud.seen.length, 0);
});

test("J1: events of every type hold what their callbacks get", async (t) => {
  const cloud = await FakeCloud.start(t);
  const news = { type: "backend.news", text: "hi" };
  cloud.stream(
    { status: 503, error: "busy" },
    { body: started(1) + ping + frame(2, news) + frame(3, { text: "no type" }) + log(4) + checkpoint(5, 50) + completed(6) },
  );
  cloud.on("POST /v1/inference/chat", ({ body }, response) => void response.end(body));
  const events: TrainerEvent[] = [];
  const trainer = createTrainer(input, cloud.context);
  for await (const event of trainer.events()) events.push(event);
  const running = { ...job, status: "running", startedAt: timestamp, completedAt: null };
  const empty = { evalLoss: null, learningRate: null, epoch: null, samplesPerSecond: null };
  assert.deepEqual(wire(events.slice(1)), [
    { type: "started", job: running },
    { type: "unknown", name: "backend.news", data: { ...news, jobId: "j1", timestamp } },
    { type: "unknown", name: "", data: { text: "no type", jobId: "j1", timestamp } },
    { type: "log", step: 4, loss: 1, ...empty, job: running },
    { type: "checkpoint", step: 50, adapter: { kind: "checkpoint", jobId: "j1", step: 50 }, job: running },
    {
      type: "completed",
      job: { ...running, status: "completed", completedAt: timestamp },
      artifacts: ["a"],
    },
  ]);
  const [lost] = events;
  assert.ok(lost?.type === "reconnecting");
  assert.deepEqual([lost.attempt, lost.delayMs, (lost.error as Error).message], [1, 1000, "busy"]);
  const saved = events[5];
  assert.ok(saved?.type === "checkpoint");
  const answer = await saved.infer({ messages: [{ role: "user", content: "hi" }], stream: false });
  assert.deepEqual(((await answer.json()) as { adapter: unknown }).adapter, saved.adapter);
});

for (const [name, ending, last] of [
  ["failed", frame(2, { type: "training.failed", error: "disk full" }), "failed"],
  ["cancelled", frame(2, { type: "training.cancelled" }), "cancelled"],
  ["end with a status", 'event: end\ndata: {"status":"cancelled"}\n\n', "cancelled"],
] as const) {
  test(`J4: the events end behind the final one: ${name}`, async (t) => {
    const cloud = await FakeCloud.start(t);
    cloud.stream({ body: started(1) + ending });
    assert.deepEqual(await all(createTrainer(input, cloud.context).events()), ["started", last]);
  });
}

test("J4: the events end where the stream does without a final one", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: `${started(1)}event: end\ndata:\n\n` });
  assert.deepEqual(await all(createTrainer(input, cloud.context).events()), ["started"]);
});

test("J2: an event comes behind its callback, which is awaited", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + log(2) + completed(3) });
  const order: string[] = [];
  const onLog = async ({ step }: { step: number }): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`onLog ${step}`);
  };
  const trainer = createTrainer({ ...input, callbacks: { onLog } }, cloud.context);
  for await (const event of trainer.events()) order.push(brief(event));
  assert.deepEqual(order.slice(0, 2), ["onLog 1", "log 1"]);
  assert.ok(order.indexOf("onLog 2") < order.indexOf("log 2"));
});

test("J2: a slow iterator delays nobody and misses nothing", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: wholeBody });
  const trainer = createTrainer(input, cloud.context);
  const slow = trainer.events()[Symbol.asyncIterator]();
  const seen = [await slow.next()];
  await trainer.wait();
  while (seen.at(-1)?.done !== true) seen.push(await slow.next());
  assert.deepEqual(seen.slice(0, -1).map(({ value }) => brief(value as TrainerEvent)), whole);
});

test("J3: who comes late gets the history first, also when all is over", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: wholeBody });
  const late: Promise<string[]>[] = [];
  const callbacks = { onCheckpoint: () => void late.push(all(trainer.events())) };
  const trainer = createTrainer({ ...input, callbacks }, cloud.context);
  await trainer.wait();
  assert.deepEqual(await late[0], whole);
  assert.deepEqual(await all(trainer.events()), whole);
  assert.equal(cloud.requests(streams).length, 1);
});

test("J4: what wait rejects with is thrown behind the events that came, and can be gone on from", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + log(2) }, { body: log(3) + completed(4) });
  const mine = new Error("mine");
  const onLog = ({ step }: { step: number }): void => {
    if (step === 2) throw mine;
  };
  const trainer = createTrainer({ ...input, callbacks: { onLog } }, cloud.context);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of trainer.events()) seen.push(brief(event));
  })();
  const outcomes = await Promise.allSettled([reading, trainer.wait()]);
  for (const outcome of outcomes) assert.equal(outcome.status === "rejected" && outcome.reason, mine);
  // The event whose callback threw lies behind the resume position.
  assert.deepEqual(seen, ["log 1", "log 2"]);
  assert.deepEqual(await all(trainer.events()), ["log 1", "log 2", "log 3", "completed"]);
  assert.deepEqual(cloud.lastEventIds, [null, "2"]);
});

test("J4: a failed start is thrown", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply(creates, 400, { error: "learningRate must be positive" });
  const trainer = createTrainer(input, cloud.context);
  await assert.rejects(all(trainer.events()), { status: 400 });
});

test("J4: an abort of the trainer is thrown", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1), then: "open" });
  const abort = new AbortController();
  const reason = new Error("enough");
  const trainer = createTrainer({ ...input, abortSignal: abort.signal }, cloud.context);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of trainer.events()) {
      seen.push(brief(event));
      abort.abort(reason);
    }
  })();
  assert.equal(await reading.catch((error: unknown) => error), reason);
  assert.deepEqual(seen, ["log 1"]);
  assert.equal(getEventListeners(abort.signal, "abort").length, 0);
});

/** Answers the stream, telling when each connection is closed by the client. */
function openStreams(cloud: FakeCloud, ...bodies: string[]): Promise<void>[] {
  const resolvers: (() => void)[] = [];
  const closed = bodies.map(() => new Promise<void>((resolve) => resolvers.push(resolve)));
  let at = 0;
  cloud.on(streams, (_, response) => {
    const index = at++;
    response.on("close", () => resolvers[index]?.());
    response.writeHead(200).write(bodies[index]);
  });
  return closed;
}

test("J5: leaving the loop closes the stream when nobody else listens; the job goes on", async (t) => {
  const cloud = await FakeCloud.start(t);
  const [first] = openStreams(cloud, started(1) + log(2), log(3) + completed(4));
  const trainer = createTrainer(input, cloud.context);
  for await (const event of trainer.events()) if (event.type === "log") break;
  await first;
  assert.equal(cloud.requests(cancels).length, 0);
  // Later the reading goes on where it was left, behind the history.
  assert.deepEqual(await all(trainer.events()), ["started", "log 2", "log 3", "completed"]);
  assert.deepEqual(cloud.requests(streams).map(({ headers }) => headers["last-event-id"]), [undefined, "2"]);
  assert.deepEqual(cloud.clock.delays, []);
});

test("J5: leaving the loop ends that iterator only", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: wholeBody });
  const trainer = createTrainer(input, cloud.context);
  const waiting = trainer.wait();
  const other = all(trainer.events());
  for await (const _ of trainer.events()) break;
  assert.equal((await waiting).job.status, "completed");
  assert.deepEqual(await other, whole);
  assert.equal(cloud.requests(streams).length, 1);
});

test("J5: the signal ends its iterator only, also while it waits", async (t) => {
  const cloud = await FakeCloud.start(t);
  const [first] = openStreams(cloud, log(1));
  const abort = new AbortController();
  const trainer = createTrainer(input, cloud.context);
  const other = trainer.events()[Symbol.asyncIterator]();
  await other.next();
  const pending = other.next();
  const seen: string[] = [];
  for await (const event of trainer.events({ signal: abort.signal })) {
    seen.push(brief(event));
    setImmediate(() => abort.abort());
  }
  assert.deepEqual(seen, ["log 1"]);
  assert.equal(getEventListeners(abort.signal, "abort").length, 0);
  // The last one leaves, in the middle of a next().
  await other.return?.();
  assert.deepEqual(await pending, { done: true, value: undefined });
  assert.deepEqual(await other.next(), { done: true, value: undefined });
  await first;
  assert.equal(cloud.requests(cancels).length, 0);
});

test("J5: a signal that is aborted already starts nothing", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer(input, cloud.context);
  assert.deepEqual(await all(trainer.events({ signal: AbortSignal.abort() })), []);
  assert.equal(cloud.seen.length, 0);
});

test("J5: a callback that runs when the last one leaves is awaited before the stream is opened again", async (t) => {
  const cloud = await FakeCloud.start(t);
  openStreams(cloud, log(1) + log(2), completed(3));
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  let running = 0;
  const onLog = async ({ step }: { step: number }): Promise<void> => {
    assert.equal(running++, 0);
    if (step === 2) await held;
    running--;
  };
  const trainer = createTrainer({ ...input, callbacks: { onLog } }, cloud.context);
  for await (const _ of trainer.events()) break;
  const waiting = trainer.wait();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(cloud.requests(streams).length, 1);
  finish();
  assert.equal((await waiting).job.status, "completed");
  assert.deepEqual(cloud.requests(streams).map(({ headers }) => headers["last-event-id"]), [undefined, "2"]);
});

test("next() may be called again before it has answered", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + completed(2) });
  const events = createTrainer(input, cloud.context).events()[Symbol.asyncIterator]();
  const results = await Promise.all([events.next(), events.next(), events.next(), events.next()]);
  assert.deepEqual(results.map(({ done, value }) => (done ? "end" : brief(value))), ["log 1", "completed", "end", "end"]);
});
