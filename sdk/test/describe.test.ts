import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { createTrainer, describeSymbol, override, type Overrides } from "../src/trainer.ts";
import type { DatasetSource, TrainerInput } from "../src/trainer-input.ts";

interface Described {
  [describeSymbol](): Record<string, unknown>;
  [override](changes: Overrides): boolean;
}

const cwd = process.cwd();

function make(input: Partial<TrainerInput>): Described {
  const all = { name: "n", model: "m", dataset: { type: "huggingface", name: "d" }, ...input } as TrainerInput;
  return createTrainer(all, { cwd }) as unknown as Described;
}

test("a data set is called what people call it, without secrets (JD11)", () => {
  const rows = [{ a: 1 }, { a: 2 }];
  const parts = [{ fraction: 0.5, seed: 1, side: "first" as const }];
  const labels: readonly (readonly [DatasetSource | undefined, string | null])[] = [
    [{ type: "huggingface", name: "acme/tickets" }, "acme/tickets"],
    [{ type: "huggingface", name: "acme/tickets", split: "train" }, "acme/tickets (train)"],
    [{ type: "huggingface", name: "acme/tickets", subset: "en" }, "acme/tickets (en)"],
    [{ type: "huggingface", name: "acme/tickets", subset: "en", split: "train" }, "acme/tickets (en/train)"],
    [{ type: "blob", url: "https://ada:s3cret@blob.example/a/b.jsonl?sig=s3cret#s3cret", token: "s3cret" }, "https://blob.example/a/b.jsonl"],
    [{ type: "blob", url: "s3cret" }, "a URL"],
    [{ type: "file", path: "./data/train.jsonl" }, "data/train.jsonl"],
    [{ type: "file", path: pathToFileURL(`${cwd}/data/train.jsonl`).href }, "data/train.jsonl"],
    [{ type: "file", path: "data/train.jsonl", parts }, "data/train.jsonl (a part)"],
    [{ type: "rows", rows }, "2 rows"],
    [{ type: "rows", rows: [{}], parts }, "1 row (a part)"],
    [undefined, null],
  ];
  for (const [dataset, label] of labels) {
    const said = make({ dataset: dataset as DatasetSource })[describeSymbol]();
    assert.equal(said["dataset"], label);
    assert.doesNotMatch(JSON.stringify(said), /s3cret/);
  }
});

test("a trainer says what its run would be (M10)", () => {
  const trainer = make({
    dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/held.jsonl" },
    lora: { r: 8, alpha: 16 },
    numTrainEpochs: 2,
    webhook: { url: "https://example.test/hooks/s3cret", secret: "whsec_s3cret" }, // not shown
    callbacks: { onCompleted: () => undefined, onLog: () => undefined },
  });
  const wanted = {
    model: "m",
    dataset: "data/train.jsonl",
    evalDataset: "data/held.jsonl",
    files: ["data/train.jsonl", "data/held.jsonl"],
    config: { model: "m", loraR: 8, loraAlpha: 16, numTrainEpochs: 2 },
    maxSteps: null,
    numTrainEpochs: 2,
    dryRun: false,
    callbacks: ["onLog", "onCompleted"],
  };
  assert.deepEqual(trainer[describeSymbol](), wanted);
  trainer[override]({ dryRun: true });
  assert.deepEqual(trainer[describeSymbol](), { ...wanted, config: { ...wanted.config, dryRun: true }, dryRun: true });
});
