import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PreviewAnswer } from "../src/preview.ts";
import { abandon, createTrainer, observe, previewSymbol, type Observer } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { FakeCloud, job, scope } from "./support/cloud.ts";

const line = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]}\n';
const previews = "POST /v1/preview";
const creates = "POST /v1/jobs";
const input: TrainerInput = {
  name: "n",
  model: "arkor/tiny",
  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },
};
const leak = {
  code: "held_out_leak",
  set: "heldOut",
  file: "heldout.jsonl",
  line: 3,
  message: "also in train.jsonl:7",
  hint: "remove it",
};

/** A cloud with our additions that has both files. */
async function setup(t: Parameters<typeof FakeCloud.start>[0]): Promise<FakeCloud> {
  const cloud = await FakeCloud.start(t);
  const capabilities = { train: true, infer: true };
  cloud.reply("GET /v1/models", 200, { models: [{ id: "arkor/tiny", capabilities }] });
  cloud.reply("POST /v1/datasets", 201, { dataset: { id: "sha256:x" } });
  mkdirSync(join(cloud.cwd, "data"));
  for (const name of ["train", "heldout"]) writeFileSync(join(cloud.cwd, "data", `${name}.jsonl`), line);
  return cloud;
}

interface Hidden {
  [observe](observer: Observer): () => void;
  [previewSymbol](): Promise<PreviewAnswer>;
  [abandon](): boolean;
}

function create(cloud: FakeCloud, change: Partial<TrainerInput> = {}) {
  const trainer = createTrainer({ ...input, ...change }, cloud.context);
  return { trainer, hidden: trainer as unknown as Hidden };
}

test("a run is looked at after the upload and before the create; observers see it", async (t) => {
  const cloud = await setup(t);
  const preview = { model: "arkor/tiny", refusals: [], warnings: [], train: { file: "train.jsonl", samples: 1 } };
  cloud.reply(previews, 200, { preview });
  const { trainer, hidden } = create(cloud);
  const seen: unknown[] = [];
  hidden[observe]((event) => seen.push(event));
  await trainer.start();
  const order = cloud.seen.map(({ method, path }) => `${method} ${path}`).filter((route) => !route.includes("datasets"));
  assert.deepEqual(order, ["GET /v1/models", previews, creates]);
  const [asked] = cloud.requests(previews);
  assert.equal(asked?.query.get("projectSlug"), scope.projectSlug);
  const { config } = JSON.parse(cloud.requests(creates)[0]?.body ?? "") as { config: unknown };
  assert.deepEqual(JSON.parse(asked?.body ?? ""), { config });
  // Files are called what the trainer calls them, and no path left this machine.
  const train = { file: "data/train.jsonl", samples: 1 };
  assert.deepEqual(seen, [{ type: "preview", preview: { ...preview, train, heldOut: undefined } }]);
  assert.ok(!cloud.seen.some(({ body }) => body.includes("data/")));
});

test("a run that is refused creates no job; the error names the user's file", async (t) => {
  const cloud = await setup(t);
  cloud.reply(previews, 200, { preview: { refusals: [leak], warnings: [] } });
  const { trainer, hidden } = create(cloud);
  const types: string[] = [];
  hidden[observe](({ type }) => types.push(type));
  await assert.rejects(trainer.start(), {
    name: "DatasetError",
    code: "dataset_refused",
    message: "data/heldout.jsonl:3: also in train.jsonl:7",
    hint: "remove it",
  });
  assert.deepEqual(types, ["preview"]);
  assert.equal(cloud.requests(creates).length, 0);
});

test("a question that fails in whatever way stops no run", async (t) => {
  for (const [status, body] of [
    [404, { error: "Not found" }],
    [405, { error: "Method not allowed" }],
    [400, { error: "what is this?" }],
    [503, { error: "busy" }],
    [200, { preview: [] }],
    [200, { preview: { refusals: "none" } }],
    [200, { preview: null, unavailable: "not yet" }],
  ] as const) {
    const cloud = await setup(t);
    cloud.reply(previews, status, body);
    await create(cloud).trainer.start();
    assert.equal(cloud.requests(creates).length, 1, JSON.stringify(body));
  }
  const cloud = await setup(t);
  cloud.on(previews, (_, response) => void response.socket?.destroy());
  await create(cloud).trainer.start();
  assert.equal(cloud.requests(creates).length, 1);
});

test("a backend without our additions is not asked", async (t) => {
  const cloud = await FakeCloud.start(t);
  const dataset = { type: "huggingface", name: "acme/tickets" } as const;
  await create(cloud, { model: "unsloth/gemma-4-E4B-it", dataset }).trainer.start();
  assert.equal(cloud.requests(previews).length, 0);
});

test("an abort during the question ends the run with its reason", async (t) => {
  const cloud = await setup(t);
  const abort = new AbortController();
  const reason = new Error("enough");
  cloud.on(previews, () => abort.abort(reason));
  const { trainer } = create(cloud, { abortSignal: abort.signal });
  assert.equal(await trainer.start().catch((error: unknown) => error), reason);
  assert.equal(cloud.requests(creates).length, 0);
});

test("a runner gets the preview, or the reason why there is none, without a job", async (t) => {
  const cloud = await setup(t);
  const sample = { set: "heldOut", file: "heldout.jsonl", line: 3, runs: [] };
  cloud.reply(previews, 200, { preview: { refusals: [leak], warnings: [], samples: [sample, 7] } });
  const { preview } = await create(cloud).hidden[previewSymbol]();
  assert.deepEqual(preview?.["samples"], [{ ...sample, file: "data/heldout.jsonl" }, 7]);
  assert.deepEqual(preview?.refusals, [{ ...leak, file: "data/heldout.jsonl" }]);

  cloud.reply(previews, 200, { preview: null, unavailable: "not yet" });
  assert.deepEqual(await create(cloud).hidden[previewSymbol](), { unavailable: "not yet" });
  cloud.reply(previews, 404, { error: "Not found" });
  assert.deepEqual(await create(cloud).hidden[previewSymbol](), { unavailable: "this backend makes no previews" });
  cloud.reply(previews, 503, { error: "busy", code: "preview_unavailable" });
  await assert.rejects(create(cloud).hidden[previewSymbol](), { code: "preview_unavailable" });
  assert.equal(cloud.requests(creates).length, 0);
});

test("an answer of another shape is an error to who asks for it", async (t) => {
  const cloud = await setup(t);
  for (const [body, where] of [
    [{}, "preview is not an object"],
    [{ preview: { warnings: [] } }, "preview.refusals is not a list"],
    [{ preview: { refusals: [], warnings: [{}] } }, "preview.warnings[0].message is not a string"],
  ] as const) {
    cloud.reply(previews, 200, body);
    await assert.rejects(create(cloud).hidden[previewSymbol](), {
      name: "ResponseShapeError",
      message: `unexpected answer to POST /v1/preview: ${where}`,
    });
  }
});

test("a runner that leaves a trainer in its preparation learns that there will be no job", async (t) => {
  const cloud = await setup(t);
  const { trainer, hidden } = create(cloud);
  let answer: boolean | undefined;
  cloud.on(previews, (_, response) => {
    answer = hidden[abandon]();
    response.writeHead(200).end(JSON.stringify({ preview: { refusals: [], warnings: [] } }));
  });
  await assert.rejects(trainer.start(), { message: "abandoned before there was a job" });
  assert.equal(answer, true);
  assert.equal(cloud.requests(creates).length, 0);
});

test("a job that was asked for may be there when a runner leaves", async (t) => {
  const cloud = await setup(t);
  const { trainer, hidden } = create(cloud);
  let answer: boolean | undefined;
  cloud.on(creates, (_, response) => {
    answer = hidden[abandon]();
    response.writeHead(201).end(JSON.stringify({ job }));
  });
  await trainer.start();
  assert.equal(answer, false);
});
