import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudApiClient } from "../src/client.ts";
import { follow } from "../src/follow.ts";
import { createTrainer } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import {
  checkpoint,
  completed,
  credentials,
  FakeCloud,
  job,
  log,
  ping,
  scope,
  started,
  type Opening,
} from "./support/cloud.ts";
import { eachCase } from "./support/vectors.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};

interface ScriptOutcome {
  delays: number[];
  lastEventIds: (string | null)[];
  status?: string;
  error?: { name: string; message: string; cause?: string; status?: number };
}

eachCase<{ openings: Opening[]; limit: number | null; job: string | null }, ScriptOutcome>(
  "reconnect-script.json",
  ["openings", "limit", "job"],
  ["delays", "lastEventIds", "status", "error"],
  async ({ openings, limit, job: status }, out, t) => {
    // The command in the upgrade text depends on who started the tests.
    const agent = process.env["npm_config_user_agent"];
    process.env["npm_config_user_agent"] = "npm/10";
    t.after(() => {
      if (agent === undefined) delete process.env["npm_config_user_agent"];
      else process.env["npm_config_user_agent"] = agent;
    });
    const cloud = await FakeCloud.start(t);
    cloud.stream(...openings);
    if (status !== null) cloud.reply("GET /v1/jobs/j1", 200, { job: { ...job, status } });
    const context = limit === null ? {} : { maxReconnectAttempts: limit };
    const waiting = createTrainer(input, { ...cloud.context, ...context }).wait();
    const got = await waiting.then(
      (result) => ({ status: result.job.status }),
      (error: Error & { status?: number }) => ({
        error: {
          name: error.name,
          message: error.message,
          ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
          ...(error.status === undefined ? {} : { status: error.status }),
        },
      }),
    );
    const { clock, lastEventIds } = cloud;
    assert.deepEqual({ delays: clock.delays, lastEventIds, ...got }, out);
  },
);

/** Notes which callback was called with which step, as `onLog 2`. */
function recorder(calls: string[]): NonNullable<TrainerInput["callbacks"]> {
  const note = (name: string) => (context: { step?: number; job: unknown }) => {
    calls.push(`${name} ${context.step ?? ""}`.trim());
  };
  return {
    onStarted: note("onStarted"),
    onLog: note("onLog"),
    onCheckpoint: note("onCheckpoint"),
    onCompleted: note("onCompleted"),
  };
}

test("a stream that drops at any byte loses no event and repeats none", async (t) => {
  const frames = [started(1), ping, log(2), "id: 3\nevent: ping\ndata:\n\n", checkpoint(4), completed(5)];
  const bytes = Buffer.from(frames.join("").replace(/\n\n/, "\r\n\r\n"));
  const cloud = await FakeCloud.start(t);
  let cut: number | undefined;
  cloud.on("GET /v1/jobs/j1/events/stream", ({ headers }, response) => {
    const after = Number(headers["last-event-id"] ?? 0);
    response.writeHead(200);
    if (cut === undefined) {
      // Resumed: what lies behind the id that the client has seen.
      response.end(frames.filter((text) => Number(/^id: (\d+)/.exec(text)?.[1] ?? 0) > after).join(""));
      return;
    }
    const part = bytes.subarray(0, cut);
    cut = undefined;
    response.flushHeaders();
    response.write(part, () => response.socket?.destroy());
  });
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  for (let at = 1; at < bytes.length; at++) {
    cut = at;
    const types: unknown[] = [];
    await follow({
      open: (lastEventId) => client.openEventStream("j1", scope, { lastEventId }),
      onEvent: async ({ type }) => types.push(type) > 0 && type === "training.completed",
      onEnd: async () => true,
      onFailure: async () => undefined,
      position: { lastEventId: undefined },
      timing: { initialMs: 1000, maxMs: 60_000 },
      maxFailures: undefined,
      clock: cloud.clock,
      signal: undefined,
    });
    const all = ["training.started", "training.log", "checkpoint.saved", "training.completed"];
    assert.deepEqual(types, all, `cut at ${at}`);
  }
});

test("chunks may be cut anywhere, also inside CRLF and characters", async (t) => {
  const cloud = await FakeCloud.start(t);
  const text = `\ufeff${log(1)}: ümlaut\n\n${completed(2)}`.replaceAll("\n", "\r\n");
  cloud.on("GET /v1/jobs/j1/events/stream", async (_, response) => {
    response.writeHead(200);
    for (const byte of Buffer.from(text)) {
      await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
    }
    response.end();
  });
  const calls: string[] = [];
  await createTrainer({ ...input, callbacks: recorder(calls) }, cloud.context).wait();
  assert.deepEqual(calls, ["onLog 1", "onCompleted"]);
});

test("silence counts as a failure only after a ping, and only while reading", async (t) => {
  const cloud = await FakeCloud.start(t);
  const { clock } = cloud;
  cloud.stream(
    { body: log(1) + ping + log(2), then: "open" },
    { body: log(3), then: "open" },
    { body: completed() },
  );
  const duringCallbacks: number[] = [];
  const rang = new Promise<void>((resolve) => {
    const alarm = clock.alarm.bind(clock);
    clock.alarm = (ms, ring) => {
      const cancel = alarm(ms, ring);
      setImmediate(() => {
        ring();
        resolve();
      });
      return cancel;
    };
  });
  const abort = new AbortController();
  const waiting = createTrainer(
    {
      ...input,
      abortSignal: abort.signal,
      callbacks: {
        onLog: ({ step }) => {
          duringCallbacks.push(clock.alarms.filter(({ cancelled }) => !cancelled).length);
          // The second connection has not pinged, so nothing will break it.
          if (step === 3) setImmediate(() => abort.abort(new Error("enough")));
        },
      },
    },
    cloud.context,
  ).wait();
  await rang;
  await assert.rejects(waiting, /enough/);
  assert.deepEqual(duringCallbacks, [0, 0, 0]);
  assert.deepEqual(clock.alarms.map(({ ms }) => ms), [60_000]);
  assert.deepEqual(cloud.lastEventIds, [null, "2"]);
  assert.deepEqual(clock.delays, [1000]);
});

test("the connection is released behind a final event", async (t) => {
  const cloud = await FakeCloud.start(t);
  const closed = new Promise<void>((resolve) => {
    cloud.on("GET /v1/jobs/j1/events/stream", (_, response) => {
      response.writeHead(200);
      response.write(completed());
      response.on("close", resolve);
    });
  });
  await createTrainer(input, cloud.context).wait();
  await closed;
});
