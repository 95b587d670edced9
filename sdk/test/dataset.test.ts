import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { UploadedDatasetSource } from "../src/job.ts";
import { createTrainer } from "../src/trainer.ts";
import type { FileDatasetSource, TrainerInput } from "../src/trainer-input.ts";
import { FakeCloud, type Seen } from "./support/cloud.ts";

const line = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]}\n';
const uploads = "POST /v1/datasets";

function trainer(dataset: Omit<FileDatasetSource, "type">, extra: Partial<TrainerInput> = {}): TrainerInput {
  const model = "unsloth/gemma-4-E4B-it";
  return { name: "n", model, dataset: { type: "file", ...dataset }, ...extra };
}

const idOf = (bytes: string | Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A cloud that takes data sets, each once, and a project with a file. */
async function setup(t: Parameters<typeof FakeCloud.start>[0]): Promise<FakeCloud> {
  const cloud = await FakeCloud.start(t);
  const stored = new Set<string>();
  cloud.on(uploads, ({ body }, response) => {
    const id = idOf(body);
    const isNew = !stored.has(id);
    stored.add(id);
    cloud.on(`HEAD /v1/datasets/${id}`, (_, head) => void head.writeHead(200).end());
    response.writeHead(isNew ? 201 : 200).end(JSON.stringify({ dataset: { id } }));
  });
  mkdirSync(join(cloud.cwd, "data"));
  writeFileSync(join(cloud.cwd, "data", "train.jsonl"), line);
  writeFileSync(join(cloud.cwd, "data", "held-öut.jsonl"), line.repeat(2));
  return cloud;
}

function sentSource(seen: Seen | undefined): UploadedDatasetSource {
  const body = JSON.parse(seen?.body ?? "") as { config: { datasetSource: UploadedDatasetSource } };
  return body.config.datasetSource;
}

test("both files are uploaded, then named by their ids; the paths stay here", async (t) => {
  const cloud = await setup(t);
  const input = trainer({ path: "data/train.jsonl", evalPath: "data/held-öut.jsonl" });
  await createTrainer(input, cloud.context).start();
  const order = cloud.seen.map(({ method, path }) => `${method} ${path.replace(/sha256:.*/, ":id")}`);
  assert.deepEqual(order, [
    "GET /v1/models",
    "HEAD /v1/datasets/:id",
    uploads,
    "HEAD /v1/datasets/:id",
    uploads,
    "POST /v1/jobs",
  ]);
  assert.deepEqual(sentSource(cloud.requests("POST /v1/jobs")[0]), {
    type: "file",
    datasetId: idOf(line),
    evalDatasetId: idOf(line.repeat(2)),
  });
  const [first, second] = cloud.requests(uploads);
  assert.equal(first?.body, line);
  assert.deepEqual(
    [
      first?.headers["content-type"],
      first?.headers["content-length"],
      first?.headers["x-arkor-content-sha256"],
      first?.headers["x-arkor-filename"],
      second?.headers["x-arkor-filename"],
    ],
    ["application/x-ndjson", String(line.length), idOf(line).slice(7), "train.jsonl", "held-%C3%B6ut.jsonl"],
  );
  assert.ok(!cloud.seen.some(({ body }) => body.includes("data/")));
});

test("a file that the backend has is not sent again", async (t) => {
  const cloud = await setup(t);
  const input = trainer({ path: "data/train.jsonl", evalPath: "data/train.jsonl" });
  await createTrainer(input, cloud.context).start();
  await createTrainer(input, cloud.context).start();
  assert.equal(cloud.requests(uploads).length, 1);
});

test("a file: URL and a format of its own", async (t) => {
  const cloud = await setup(t);
  const path = join(cloud.cwd, "data", "rows.txt");
  writeFileSync(path, "a,b\n1,2\n");
  const input = trainer({ path: pathToFileURL(path).href, format: "csv" });
  await createTrainer(input, cloud.context).start();
  assert.equal(cloud.requests(uploads)[0]?.headers["content-type"], "text/csv");
});

const refusals: { name: string; file?: string | Buffer; path: string; code: string; message: RegExp }[] = [
  { name: "missing", path: "data/none.jsonl", code: "dataset_not_found", message: /^Dataset data\/none\.jsonl does not exist\.$/ },
  { name: "URL of another machine", path: "file://host%2F/x.jsonl", code: "dataset_invalid", message: /^Dataset file:.* cannot be read: / },
  { name: "below a file", path: "data/train.jsonl/x.jsonl", code: "dataset_invalid", message: /cannot be read: ENOTDIR/ },
  { name: "empty", file: "", path: "data/x.jsonl", code: "dataset_invalid", message: /^Dataset data\/x\.jsonl is empty\.$/ },
  { name: "directory", path: "data/folder.jsonl", code: "dataset_invalid", message: /is not a file\.$/ },
  { name: "unknown format", file: "x", path: "data/x.txt", code: "dataset_invalid", message: /unknown format \(\.txt\)/ },
  { name: "no extension", file: "x", path: "data/x", code: "dataset_invalid", message: /unknown format \(no extension\)/ },
  { name: "no samples", file: "\n\n", path: "data/x.jsonl", code: "dataset_invalid", message: /has no samples\.$/ },
  { name: "not JSON", file: `${line}\noops\n`, path: "data/x.jsonl", code: "dataset_invalid", message: /^data\/x\.jsonl:3: not JSON: .+$/ },
  { name: "not an object", file: `${line}[1]\n`, path: "data/x.jsonl", code: "dataset_invalid", message: /^data\/x\.jsonl:2: not a JSON object but a list$/ },
  { name: "not UTF-8", file: Buffer.from([0x7b, 0xff, 0x7d, 10]), path: "data/x.jsonl", code: "dataset_invalid", message: /^data\/x\.jsonl:1: not UTF-8 text$/ },
];
for (const { name, file, path, code, message } of refusals) {
  test(`refused before any request: ${name}`, async (t) => {
    const cloud = await setup(t);
    mkdirSync(join(cloud.cwd, "data", "folder.jsonl"));
    if (file !== undefined) writeFileSync(join(cloud.cwd, path), file);
    const starting = createTrainer(trainer({ path }), cloud.context).start();
    await assert.rejects(starting, (error: Error & { code?: string }) => {
      assert.deepEqual([error.name, error.code], ["DatasetError", code]);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(cloud.seen.length, 0);
  });
}

test("the held-out file is checked like the other", async (t) => {
  const cloud = await setup(t);
  const starting = createTrainer(
    trainer({ path: "data/train.jsonl", evalPath: "data/none.jsonl" }),
    cloud.context,
  ).start();
  await assert.rejects(starting, { code: "dataset_not_found" });
  assert.equal(cloud.seen.length, 0);
});

test("a large file is read and sent in pieces", async (t) => {
  const cloud = await setup(t);
  const content = line.repeat(20_000);
  writeFileSync(join(cloud.cwd, "data", "train.jsonl"), content);
  await createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start();
  assert.equal(sentSource(cloud.requests("POST /v1/jobs")[0]).datasetId, idOf(content));
});

test("a backend without uploads: the ways out are named", async (t) => {
  const cloud = await setup(t);
  const start = (): Promise<unknown> =>
    createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start();
  const refusal = { code: "dataset_upload_unsupported", hint: /blob.*huggingface/ };
  cloud.reply(uploads, 404, { error: "Not found" });
  await assert.rejects(start(), refusal);
  cloud.reply(uploads, 405, {});
  await assert.rejects(start(), refusal);
  const models = [{ id: "unsloth/gemma-4-E4B-it", capabilities: { train: true } }];
  cloud.reply("GET /v1/models", 200, { models, datasetTypes: ["huggingface", "blob"] });
  await assert.rejects(start(), refusal);
  assert.equal(cloud.requests(uploads).length, 2);
});

test("a project that is gone is not taken for a backend without uploads", async (t) => {
  const cloud = await setup(t);
  const refusal = { error: 'there is no project "bot" in the organisation "acme"', code: "project_not_found" };
  cloud.on(`HEAD /v1/datasets/${idOf(line)}`, (_, response) => void response.writeHead(404).end());
  cloud.reply(uploads, 404, refusal);
  await assert.rejects(createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start(), {
    name: "CloudApiError",
    code: refusal.code,
    message: refusal.error,
  });
});

test("a file over the limit is not sent", async (t) => {
  const cloud = await setup(t);
  const models = [{ id: "unsloth/gemma-4-E4B-it", capabilities: { train: true } }];
  const limits = { maxDatasetBytes: line.length };
  cloud.reply("GET /v1/models", 200, { models, limits, datasetTypes: ["file"] });
  const input = trainer({ path: "data/train.jsonl", evalPath: "data/held-öut.jsonl" });
  await assert.rejects(createTrainer(input, cloud.context).start(), {
    code: "dataset_too_large",
    message: /data\/held-öut\.jsonl is too large for this backend: it has 164 bytes, the limit is 82\.$/,
  });
  assert.equal(cloud.requests(uploads).length, 0);
  cloud.reply("GET /v1/models", 404, {});
  cloud.reply(uploads, 413, { error: "at most 10 bytes", code: "dataset_too_large" });
  await assert.rejects(createTrainer(input, cloud.context).start(), { name: "DatasetError", code: "dataset_too_large" });
});

test("a file that changes before the upload is not taken for the one that was checked", async (t) => {
  for (const change of ["grows", "shrinks", "same size"]) {
    const cloud = await setup(t);
    const path = join(cloud.cwd, "data", "train.jsonl");
    const content = line.repeat(3000);
    writeFileSync(path, content);
    cloud.on(`HEAD /v1/datasets/${idOf(content)}`, (_, response) => {
      if (change === "grows") appendFileSync(path, line);
      if (change === "shrinks") writeFileSync(path, line);
      if (change === "same size") writeFileSync(path, content.replace("hi", "ho"));
      response.writeHead(404).end();
    });
    await assert.rejects(createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start(), {
      name: "DatasetError",
      code: "dataset_changed",
    });
    assert.equal(cloud.requests(uploads).length, 0, `a whole file arrived: ${change}`);
    assert.equal(cloud.requests("POST /v1/jobs").length, 0);
  }
});

test("why the backend refuses a project is said, although HEAD cannot", async (t) => {
  const cloud = await setup(t);
  const route = `/v1/datasets/${idOf(line)}`;
  cloud.on(`HEAD ${route}`, (_, response) => void response.writeHead(403).end());
  cloud.reply(`GET ${route}`, 403, { error: "you are not a member" });
  await assert.rejects(createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start(), {
    name: "CloudApiError",
    message: "you are not a member",
  });
});

test("a hash that the backend disputes means a changed file", async (t) => {
  const cloud = await setup(t);
  cloud.reply(uploads, 400, { error: "digest mismatch", code: "digest_mismatch" });
  await assert.rejects(createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start(), {
    code: "dataset_changed",
  });
});

test("a broken upload is repeated once", async (t) => {
  const cloud = await setup(t);
  let broken = 1;
  cloud.on(uploads, ({ body }, response) => {
    if (broken-- > 0) response.socket?.destroy();
    else response.writeHead(201).end(JSON.stringify({ dataset: { id: idOf(body) } }));
  });
  const start = (): Promise<unknown> =>
    createTrainer(trainer({ path: "data/train.jsonl" }), cloud.context).start();
  await start();
  assert.deepEqual(cloud.requests(uploads).map(({ body }) => body), [line, line]);
  broken = 9;
  await assert.rejects(start(), /fetch failed/);
  assert.equal(cloud.requests(uploads).length, 4);
});

test("abort while the file is read", async (t) => {
  const cloud = await setup(t);
  writeFileSync(join(cloud.cwd, "data", "train.jsonl"), line.repeat(20_000));
  const abort = new AbortController();
  const reason = new Error("enough");
  const input = trainer({ path: "data/train.jsonl" }, { abortSignal: abort.signal });
  const starting = createTrainer(input, cloud.context).start();
  abort.abort(reason);
  assert.equal(await starting.catch((error: unknown) => error), reason);
  assert.equal(cloud.seen.length, 0);
});

test("D4: abort ends the question whether the backend has the file", async (t) => {
  const cloud = await setup(t);
  const abort = new AbortController();
  const reason = new Error("enough");
  cloud.on(`HEAD /v1/datasets/${idOf(line)}`, () => abort.abort(reason)); // and no answer
  const input = trainer({ path: "data/train.jsonl" }, { abortSignal: abort.signal });
  assert.equal(await createTrainer(input, cloud.context).start().catch((error: unknown) => error), reason);
  assert.equal(cloud.requests(uploads).length, 0);
});

test("abort stops the upload", async (t) => {
  const cloud = await setup(t);
  const abort = new AbortController();
  const reason = new Error("enough");
  cloud.on(uploads, () => abort.abort(reason));
  const input = trainer({ path: "data/train.jsonl" }, { abortSignal: abort.signal });
  await assert.rejects(createTrainer(input, cloud.context).start());
  assert.equal(cloud.requests(uploads).length, 1);
  assert.equal(cloud.requests("POST /v1/jobs").length, 0);
});
