import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { systemClock } from "../src/reconnect.ts";
import { createTrainer } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { FakeCloud, log } from "./support/cloud.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
const reason = new Error("enough");

test("abort before start: no request, the reason comes out unchanged", async (t) => {
  const cloud = await FakeCloud.start(t);
  const trainer = createTrainer({ ...input, abortSignal: AbortSignal.abort(reason) }, cloud.context);
  for (const method of ["start", "wait"] as const) {
    assert.equal(await trainer[method]().catch((error: unknown) => error), reason);
  }
  assert.equal(cloud.seen.length, 0);
});

test("abort while reading: no reconnect, no cancel", async (t) => {
  const cloud = await FakeCloud.start(t);
  const abort = new AbortController();
  cloud.stream({ body: log(1), then: "open" });
  const onLog = (): void => void setImmediate(() => abort.abort(reason));
  const trainer = createTrainer(
    { ...input, abortSignal: abort.signal, callbacks: { onLog } },
    cloud.context,
  );
  await assert.rejects(trainer.wait());
  assert.deepEqual(cloud.clock.delays, []);
  assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 0);
  await trainer.cancel();
  assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 1);
});

test("abort does not interrupt a running callback", async (t) => {
  const cloud = await FakeCloud.start(t);
  const abort = new AbortController();
  cloud.stream({ body: log(1), then: "open" });
  let finished = false;
  const onLog = async (): Promise<void> => {
    abort.abort(reason);
    await new Promise((resolve) => setImmediate(resolve));
    finished = true;
  };
  const callbacks = { onLog };
  const trainer = createTrainer({ ...input, abortSignal: abort.signal, callbacks }, cloud.context);
  await assert.rejects(trainer.wait());
  assert.ok(finished);
});

test("abort during a delay ends it with the reason", async (t) => {
  const cloud = await FakeCloud.start(t);
  const abort = new AbortController();
  cloud.stream({ status: 500, error: "down" });
  cloud.clock.onSleep = () => abort.abort(reason);
  const trainer = createTrainer({ ...input, abortSignal: abort.signal }, cloud.context);
  assert.equal(await trainer.wait().catch((error: unknown) => error), reason);
  assert.equal(cloud.lastEventIds.length, 1);
});

test("the system clock drops its timer on abort and its listener on time", async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const abort = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, abort.signal);
  assert.equal(timers(), before + 1);
  abort.abort(reason);
  assert.equal(await sleeping.catch((error: unknown) => error), reason);
  assert.equal(timers(), before);
  assert.equal(await systemClock.sleep(1, abort.signal).catch((error: unknown) => error), reason);

  const quiet = new AbortController();
  await systemClock.sleep(0, quiet.signal);
  assert.equal(getEventListeners(quiet.signal, "abort").length, 0);
  systemClock.alarm(3_600_000, () => undefined)();
  assert.equal(timers(), before);
});
