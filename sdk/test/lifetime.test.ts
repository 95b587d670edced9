import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { createTrainer } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { completed, credentials, FakeCloud, job, log } from "./support/cloud.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
const creates = "POST /v1/jobs";

test("T3: the config is settled at construction; name, callbacks and signal are read when they are used", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + completed(2) });
  const late = { ...input, maxSteps: 5 } as { -readonly [K in keyof TrainerInput]: TrainerInput[K] };
  const trainer = createTrainer(late, cloud.context);
  let logs = 0;
  late.maxSteps = 7;
  late.name = "renamed";
  late.callbacks = { onLog: () => logs++ };
  await trainer.start();
  const { name, config } = JSON.parse(cloud.requests(creates)[0]?.body ?? "") as {
    name: string;
    config: { maxSteps: number };
  };
  assert.deepEqual([name, config.maxSteps], ["renamed", 5]);
  const reason = new Error("enough");
  late.abortSignal = AbortSignal.abort(reason);
  assert.equal(await trainer.wait().catch((error: unknown) => error), reason);
  late.abortSignal = undefined;
  await trainer.wait();
  assert.equal(logs, 1);
});

test("3.5: the project is the folder that the trainer was made in", async (t) => {
  const cloud = await FakeCloud.start(t);
  const before = process.cwd();
  t.after(() => process.chdir(before));
  const { cwd, ...context } = cloud.context;
  process.chdir(cwd ?? "");
  const trainer = createTrainer(input, context);
  process.chdir(before);
  assert.deepEqual(await trainer.start(), { jobId: "j1" });
});

test("S6: an abort does not break off the request that creates the job", async (t) => {
  const cloud = await FakeCloud.start(t);
  const abort = new AbortController();
  cloud.on(creates, (_, response) => {
    abort.abort(new Error("enough"));
    response.writeHead(201).end(JSON.stringify({ job }));
  });
  const trainer = createTrainer({ ...input, abortSignal: abort.signal }, cloud.context);
  assert.deepEqual(await trainer.start(), { jobId: "j1" });
});

test("N4: cancel neither ends wait nor changes the job", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.stream({ body: log(1) + log(2) + completed(3) });
  const statuses: string[] = [];
  const onLog = async (context: { job: { status: string } }): Promise<void> => {
    await trainer.cancel();
    statuses.push(context.job.status);
  };
  const trainer = createTrainer({ ...input, callbacks: { onLog } }, cloud.context);
  assert.equal((await trainer.wait()).job.status, "completed");
  assert.deepEqual(statuses, ["queued", "queued"]);
  assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 2);
});

for (const [name, use] of [
  ["wait resolves", "await trainer.wait();"],
  ["wait rejects", "callbacks.onLog = () => { throw new Error('mine'); }; await trainer.wait().catch(() => {});"],
  ["wait is aborted", "callbacks.onLog = () => setImmediate(() => abort.abort()); await trainer.wait().catch(() => {});"],
  ["a loop is left", "for await (const event of trainer.events()) break;"],
  ["a loop is aborted", "callbacks.onLog = () => setImmediate(() => left.abort()); for await (const event of trainer.events({ signal: left.signal }));"],
  ["start alone", "await trainer.start();"],
] as const) {
  test(`15.8.7: nothing keeps the process alive: ${name}`, async (t) => {
    const cloud = await FakeCloud.start(t);
    // What could keep a process alive is a stream that nobody ends.
    const body = name === "wait resolves" ? log(1) + completed(2) : log(1);
    cloud.stream({ body, then: "open" });
    const program = `
import { createTrainer } from ${JSON.stringify(new URL("../src/trainer.js", import.meta.url).href)};
const callbacks = {};
const abort = new AbortController();
const left = new AbortController();
const trainer = createTrainer(
  { ...${JSON.stringify(input)}, callbacks, abortSignal: abort.signal },
  ${JSON.stringify({ baseUrl: cloud.url, cwd: cloud.cwd, env: {}, credentials })},
);
${use}
console.log("done");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 60_000,
    });
    t.after(() => child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const [text] = (await once(child.stdout, "data")) as [Buffer];
    assert.equal(text.toString(), "done\n");
    assert.deepEqual(await exited, [0, null]);
  });
}
