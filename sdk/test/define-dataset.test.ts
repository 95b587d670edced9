import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { defineDataset, type Dataset } from "../src/dataset.ts";
import type { UploadedDatasetSource } from "../src/job.ts";
import { createTrainer } from "../src/trainer.ts";
import type { DatasetSource, TrainerInput } from "../src/trainer-input.ts";
import { FakeCloud } from "./support/cloud.ts";
import { wire } from "./support/vectors.ts";

interface Ticket {
  readonly text: string;
  readonly label?: string;
}

const tickets: Ticket[] = Array.from({ length: 40 }, (_, index) => ({ text: `ticket ${index}` }));
const jsonl = tickets.map((ticket) => `${JSON.stringify(ticket)}\n`).join("");
const uploads = "POST /v1/datasets";

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

function file(t: TestContext, name: string, content: string): { type: "file"; path: string } {
  const folder = mkdtempSync(join(tmpdir(), "arkor-dataset-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return { type: "file", path: join(folder, name) };
}

/** A cloud that takes everything, and what it took, by the ids it gave. */
async function setup(t: TestContext): Promise<{ cloud: FakeCloud; taken: Map<string, string> }> {
  const cloud = await FakeCloud.start(t);
  const taken = new Map<string, string>();
  cloud.on(uploads, ({ body }, response) => {
    const id = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    taken.set(id, body);
    response.writeHead(201).end(JSON.stringify({ dataset: { id } }));
  });
  return { cloud, taken };
}

function start(cloud: FakeCloud, input: Pick<TrainerInput, "dataset" | "evalDataset">): Promise<unknown> {
  return createTrainer({ name: "n", model: "unsloth/gemma-4-E4B-it", ...input }, cloud.context).start();
}

function sentSource(cloud: FakeCloud): UploadedDatasetSource {
  const body = cloud.requests("POST /v1/jobs")[0]?.body ?? "";
  return (JSON.parse(body) as { config: { datasetSource: UploadedDatasetSource } }).config.datasetSource;
}

test("Y1: a data set is frozen and holds its source alone", () => {
  const sources: DatasetSource[] = [
    { type: "huggingface", name: "a/b", split: "train" },
    { type: "blob", url: "https://x.test/d", token: "t" },
    { type: "file", path: "data/train.jsonl", evalPath: "e.jsonl" },
    { type: "rows", rows: tickets },
  ];
  for (const source of sources) {
    const dataset = defineDataset<Ticket>(source as { type: "rows"; rows: Ticket[] });
    assert.ok(Object.isFrozen(dataset));
    assert.deepEqual({ ...dataset }, source);
    assert.deepEqual(wire(dataset), wire(source));
  }
});

test("Y1: nothing extra goes over the wire", async (t) => {
  const { cloud } = await setup(t);
  const source = { type: "huggingface", name: "a/b" } as const;
  await start(cloud, { dataset: defineDataset<Ticket>(source) });
  assert.deepEqual(sentSource(cloud), source);
});

test("Y2: samples of lines, of a list, and of rows", async (t) => {
  const sources = [
    file(t, "d.jsonl", jsonl.replace("\n", "\n\n")),
    file(t, "d.ndjson", `\ufeff${jsonl}`),
    file(t, "d.json", JSON.stringify(tickets)),
    { ...file(t, "d.txt", jsonl), format: "jsonl" as const },
    { type: "rows" as const, rows: tickets },
  ];
  for (const source of sources) assert.deepEqual(await all(defineDataset<Ticket>(source).samples()), tickets);
});

test("Y2: rows are taken as they are, not as JSON would have them", async () => {
  const rows = [{ at: new Date(0) }];
  const [sample] = await all(defineDataset({ type: "rows", rows }).samples());
  assert.equal(sample, rows[0]);
});

test("Y2: each sample passes through parse, with its line", async (t) => {
  const lines: number[] = [];
  const parse = (value: unknown, line: number): Ticket => {
    lines.push(line);
    return { text: (value as Ticket).text.toUpperCase() };
  };
  const content = '\n{"text":"a"}\n\n{"text":"b"}\n';
  const dataset = defineDataset(file(t, "d.jsonl", content), { parse });
  assert.deepEqual(await all(dataset.samples()), [{ text: "A" }, { text: "B" }]);
  assert.deepEqual(lines, [2, 4]);
});

test("Y2: what parse throws names the file and the line", async (t) => {
  const cause = new Error("label is missing");
  const parse = (): Ticket => {
    throw cause;
  };
  const source = file(t, "d.jsonl", jsonl);
  await assert.rejects(all(defineDataset(source, { parse }).samples()), {
    name: "DatasetError",
    code: "dataset_invalid",
    message: `${source.path}:1: label is missing`,
    cause,
  });
  await assert.rejects(all(defineDataset({ type: "rows", rows: tickets }, { parse }).samples()), {
    message: "rows:1: label is missing",
  });
});

for (const [name, source] of [
  ["huggingface", { type: "huggingface", name: "a/b" }],
  ["blob", { type: "blob", url: "https://x.test/d.jsonl" }],
  ["csv", { type: "file", path: "d.csv" }],
  ["other", { type: "file", path: "d.txt" }],
] as const) {
  test(`Y2: samples that cannot be read here: ${name}`, async () => {
    const error = {
      name: "DatasetError",
      code: "dataset_not_local",
      message: `The samples of a ${name} dataset cannot be read on this machine.`,
    };
    const dataset = defineDataset<Ticket>(source);
    await assert.rejects(all(dataset.samples()), error);
    assert.throws(() => dataset.split(0.5, 1), error);
  });
}

const broken: [string, string, RegExp][] = [
  ["d.jsonl", '{"text":"a"}\noops\n', /d\.jsonl:2: not JSON: /],
  ["d.jsonl", "\n", /^Dataset .*d\.jsonl has no samples\.$/],
  ["d.json", "[{}, 7]", /d\.json:2: not a JSON object$/],
  ["d.json", "[]", /has no samples\.$/],
  ["d.json", '{"text":"a"}', /d\.json is not a list of samples\.$/],
  ["d.json", "[", /d\.json cannot be read: .*JSON/],
];
for (const [name, content, message] of broken) {
  test(`Y2: not samples: ${JSON.stringify(content)} in ${name}`, async (t) => {
    const source = file(t, name, content);
    await assert.rejects(all(defineDataset(source).samples()), { name: "DatasetError", code: "dataset_invalid", message });
  });
}

test("Y2: a missing file, and rows that are none", async () => {
  await assert.rejects(all(defineDataset({ type: "file", path: "no/such.jsonl" }).samples()), {
    code: "dataset_invalid",
    message: /no\/such\.jsonl cannot be read: ENOENT/,
  });
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  for (const [row, message] of [
    [cyclic, /^rows:1: not JSON: /],
    [[1], /^rows:1: not a JSON object$/],
    [{ toJSON: () => undefined }, /^rows:1: not a JSON object$/],
  ] as const) {
    await assert.rejects(all(defineDataset({ type: "rows", rows: [row as object] }).samples()), { message });
  }
});

test("Y2: a large file is read as it is asked for", async (t) => {
  const dataset = defineDataset<Ticket>(file(t, "d.jsonl", `${jsonl.repeat(5000)}oops\n`));
  for await (const sample of dataset.samples()) {
    assert.deepEqual(sample, tickets[0]);
    break;
  }
});

async function texts(dataset: Dataset<Ticket>): Promise<string[]> {
  return (await all(dataset.samples())).map(({ text }) => text);
}

test("Y3: a split is complete, the same for every kind of source, and keeps the order", async (t) => {
  const rows = { type: "rows", rows: tickets } as const;
  const [train, heldOut] = defineDataset<Ticket>(rows).split(0.8, 7);
  const parts = [await texts(train), await texts(heldOut)];
  assert.deepEqual(parts.flat().sort(), tickets.map(({ text }) => text).sort());
  assert.ok((parts[0]?.length ?? 0) > 24 && (parts[1]?.length ?? 0) > 1);
  for (const source of [file(t, "d.jsonl", jsonl), file(t, "d.json", JSON.stringify(tickets))]) {
    const again = defineDataset<Ticket>(source).split(0.8, 7);
    assert.deepEqual([await texts(again[0]), await texts(again[1])], parts);
  }
});

test("Y3: parts may be split again, with the same seed too", async () => {
  const rows = Array.from({ length: 2000 }, (_, index) => ({ text: String(index) }));
  const [rest] = defineDataset<Ticket>({ type: "rows", rows }).split(0.5, 1);
  const [one, two] = rest.split(0.5, 1);
  const [all, first, second] = [await texts(rest), await texts(one), await texts(two)];
  assert.deepEqual([...first, ...second].sort(), [...all].sort());
  assert.ok(first.length > 400 && second.length > 400, `${first.length} and ${second.length}`);
});

test("Y3: the parser goes with the parts", async () => {
  const parse = (value: unknown): Ticket => ({ text: `parsed ${(value as Ticket).text}` });
  const [train] = defineDataset({ type: "rows", rows: tickets }, { parse }).split(0.9, 1);
  assert.match((await texts(train))[0] ?? "", /^parsed ticket /);
});

test("Y3: splits that cannot be", () => {
  const rows = defineDataset({ type: "rows", rows: tickets });
  for (const [fraction, seed] of [[0, 1], [1, 1], [-0.5, 1], [Number.NaN, 1], [0.5, 1.5], [0.5, 2 ** 53]] as const) {
    assert.throws(() => rows.split(fraction, seed), { name: "DatasetError", code: "dataset_invalid" });
  }
  const both = defineDataset({ type: "file", path: "a.jsonl", evalPath: "b.jsonl" });
  assert.throws(() => both.split(0.9, 1), { code: "dataset_invalid", message: /evalPath/ });
});

test("rows are uploaded as JSON Lines, like a file", async (t) => {
  const { cloud, taken } = await setup(t);
  await start(cloud, { dataset: defineDataset({ type: "rows", rows: tickets }) });
  const [request] = cloud.requests(uploads);
  assert.equal(request?.body, jsonl);
  assert.equal(request.headers["content-type"], "application/x-ndjson");
  assert.equal(request.headers["x-arkor-filename"], "rows.jsonl");
  const { datasetId, ...others } = sentSource(cloud);
  assert.deepEqual([taken.get(datasetId), others], [jsonl, { type: "file" }]);
});

test("the two sides of a split: one is trained on, the other held out", async (t) => {
  const { cloud, taken } = await setup(t);
  // The spelling of a line survives.
  const source = file(t, "d.jsonl", jsonl.replace('{"text":"ticket 0"}', '{ "text": "ticket 0" }'));
  const [train, heldOut] = defineDataset<Ticket>(source).split(0.8, 7);
  await start(cloud, { dataset: train, evalDataset: heldOut });
  const { type, datasetId, evalDatasetId, ...others } = sentSource(cloud);
  assert.deepEqual([type, others], ["file", {}]);
  const [trained, held] = [taken.get(datasetId) ?? "", taken.get(evalDatasetId ?? "") ?? ""];
  const lines = (text: string): string[] => text.trimEnd().split("\n").map((line) => (JSON.parse(line) as Ticket).text);
  assert.deepEqual([lines(trained), lines(held)], [await texts(train), await texts(heldOut)]);
  assert.match(trained + held, /^\{ "text": "ticket 0" \}$/m);
  assert.deepEqual(cloud.requests(uploads).map(({ headers }) => headers["x-arkor-filename"]), ["d.jsonl", "d.jsonl"]);
});

test("many rows are sent in pieces", async (t) => {
  const { cloud } = await setup(t);
  const rows = Array.from({ length: 20_000 }, (_, index) => ({ text: `ünïcödé ${index}` }));
  await start(cloud, { dataset: defineDataset({ type: "rows", rows }) });
  assert.equal(cloud.requests(uploads)[0]?.body, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
});

test("rows that change before the upload are not taken for those that were checked", async (t) => {
  const { cloud } = await setup(t);
  const rows = [{ text: "a" }];
  cloud.on("GET /v1/models", (_, response) => {
    rows.push({ text: "b" });
    response.writeHead(404).end();
  });
  await assert.rejects(start(cloud, { dataset: defineDataset({ type: "rows", rows }) }), { code: "dataset_changed" });
  assert.equal(cloud.requests("POST /v1/jobs").length, 0);
});

const hub = { type: "huggingface", name: "a/b" } as const;
const rows = { type: "rows", rows: [{ text: "a" }] } as const;
const refusals: [string, Pick<TrainerInput, "dataset" | "evalDataset">, string, RegExp][] = [
  ["a row that is none", { dataset: { type: "rows", rows: [[1] as object] } }, "dataset_invalid", /^rows:1: not a JSON object$/],
  ["no rows", { dataset: { type: "rows", rows: [] } }, "dataset_invalid", /^Dataset rows has no samples\.$/],
  ["an empty side of a split", { dataset: defineDataset(rows).split(1e-9, 1)[0] }, "dataset_invalid", /^No sample of dataset rows is in this part of the split\.$/],
  ["held-out samples twice", { dataset: { type: "file", path: "a.jsonl", evalPath: "b.jsonl" }, evalDataset: rows }, "dataset_invalid", /twice: evalPath and evalDataset/],
  ["held-out samples of the hub", { dataset: rows, evalDataset: hub }, "dataset_not_local", /cannot go with a huggingface dataset/],
  ["held-out samples beside the hub", { dataset: hub, evalDataset: rows }, "dataset_not_local", /cannot go with a huggingface dataset/],
];
for (const [name, input, code, message] of refusals) {
  test(`refused before any request: ${name}`, async (t) => {
    const { cloud } = await setup(t);
    await assert.rejects(start(cloud, input), { name: "DatasetError", code, message });
    assert.equal(cloud.seen.length, 0);
  });
}
