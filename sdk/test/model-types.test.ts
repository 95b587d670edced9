import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { modelTypes } from "../src/model-types.ts";
import { attach, createTrainer, type Attachment, type Trainer } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { FakeCloud } from "./support/cloud.ts";
import { root } from "./support/vectors.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};

/** The trainer as a runner would start it. */
function run(cloud: FakeCloud): Promise<unknown> {
  const trainer: Trainer = createTrainer(input, cloud.context);
  (trainer as unknown as Record<symbol, (attachment: Attachment) => void>)[attach]?.({ evals: [] });
  return trainer.start();
}

const models = [
  { id: "acme/big", capabilities: { train: true } },
  { id: input.model, capabilities: { train: true } },
  { id: "only/answers", capabilities: { train: false, infer: true } },
  { id: 'a"\\\n`b', capabilities: { train: true } },
  { id: "x".repeat(201), capabilities: { train: true } },
];

test("15.4: a project that is run keeps the models of its backend for the editor", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("GET /v1/models", 200, { models });
  await run(cloud);
  const path = join(cloud.cwd, ".arkor", "models.d.ts");
  const text = readFileSync(path, "utf8");
  assert.equal(
    text,
    `// Written by arkor: the models that the backend of the last run trains.
export {};
declare module "arkor" {
  interface ArkorModels {
    "a\\"\\\\\\n\`b": true;
    "acme/big": true;
    "unsloth/gemma-4-E4B-it": true;
  }
}
`,
  );
  assert.deepEqual(readdirSync(join(cloud.cwd, ".arkor")).sort(), ["models.d.ts", "state.json"]);
  // Another list replaces it; also where the model turns out not to be in it.
  cloud.reply("GET /v1/models", 200, { models: [{ id: "only/one", capabilities: { train: true } }] });
  await assert.rejects(run(cloud), { name: "UnsupportedModelError" });
  assert.match(readFileSync(path, "utf8"), /^ {4}"only\/one": true;$/m);
});

test("15.4: what cannot be written is not worth the run, nor is a list that was not had", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("GET /v1/models", 503, { error: "busy" });
  await run(cloud);
  const path = join(cloud.cwd, ".arkor", "models.d.ts");
  assert.equal(existsSync(path), false);
  cloud.reply("GET /v1/models", 200, { models });
  mkdirSync(path);
  await run(cloud);
  assert.deepEqual(readdirSync(join(cloud.cwd, ".arkor")).sort(), ["models.d.ts", "state.json"]);
});

test("15.4: a list of any length is cut to what an editor can use", async (t) => {
  const cloud = await FakeCloud.start(t);
  const many = Array.from({ length: 5000 }, (_, index) => ({ id: `m/${index}`, capabilities: { train: true } }));
  cloud.reply("GET /v1/models", 200, { models: [...many, ...models] });
  await run(cloud);
  const text = readFileSync(join(cloud.cwd, ".arkor", "models.d.ts"), "utf8");
  assert.equal(text.match(/: true;/g)?.length, 1000);
});

test("15.4: the published types take the file in: test/consumer holds one", () => {
  const list = ['odd"\\id', "acme/generated", "acme/generated"].map((id) => ({
    id,
    displayName: id,
    capabilities: { train: true, infer: true },
  }));
  const offer = { models: list, limits: { maxDatasetBytes: null }, datasetTypes: undefined };
  const file = new URL("test/consumer/models.d.ts", root);
  assert.equal(modelTypes(offer), readFileSync(file, "utf8"));
});
