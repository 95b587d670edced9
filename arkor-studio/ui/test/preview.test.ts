import assert from "node:assert/strict";
import { test } from "node:test";

import { formatSpan } from "../src/formats/time.ts";
import { factsOf, parsePreview } from "../src/overview/preview.ts";

test("a preview says what a run would see and take", () => {
  const { preview } = parsePreview({
    artifactHash: "a",
    preview: {
      steps: 318,
      train: { samples: 420, tokens: 37952, trained: 10570 },
      heldOut: { samples: 105 },
      refusals: [],
      warnings: [{ code: "duplicates", file: "data/train.jsonl", line: 3, message: "the same as line 1", hint: "remove one" }],
      samples: [
        {
          file: "data/train.jsonl",
          line: 373,
          why: ["longest", "cut_samples"],
          tokens: 118,
          trained: 23,
          runs: [
            { state: "ignored", special: true, text: "<|im_start|>", elided: false },
            { state: "trained", special: false, text: "<b>x</b>", elided: true },
            { state: "later", special: false, text: "y" },
          ],
          more: 2,
        },
      ],
      estimate: { seconds: { low: 151, high: 451 }, memoryBytes: { low: 2.05e8, high: 4.2e8 }, fits: true, warnings: ["slow"] },
    },
  });
  assert.ok(preview);
  assert.deepEqual(factsOf(preview), ["420 samples", "105 held out", "318 steps", "about 3 to 8 min", "0.2 to 0.4 GB of memory"]);
  assert.deepEqual(preview.warnings, [
    { where: "data/train.jsonl:3", message: "the same as line 1", hint: "remove one" },
    { where: "", message: "slow", hint: "" },
  ]);
  assert.deepEqual(preview.samples, [
    {
      where: "data/train.jsonl:373",
      why: ["longest", "cut samples"],
      tokens: 118,
      trained: 23,
      more: 2,
      runs: [
        { state: "ignored", special: true, text: "<|im_start|>" },
        { state: "trained", special: false, text: "<b>x</b> … " },
        { state: "ignored", special: false, text: "y" },
      ],
    },
  ]);
});

test("without a preview there is a reason, and of half of one what is there", () => {
  assert.deepEqual(parsePreview({ preview: null, unavailable: "the backend gives none" }), { preview: null, unavailable: "the backend gives none" });
  assert.deepEqual(parsePreview("text"), { preview: null, unavailable: "" });
  const { preview } = parsePreview({ preview: { train: null, samples: "no list" } });
  assert.ok(preview);
  assert.deepEqual([factsOf(preview), preview.samples, preview.fits], [[], [], null]);
});

test("a span has the unit of its longer end", () => {
  assert.deepEqual(
    [[3, 10], [60, 60], [0.2, 0.4], [151, 451], [4000, 9000], [100, 110]].map(([low, high]) => formatSpan(low ?? 0, high ?? 0)),
    ["3 to 10 s", "60 s", "1 s", "3 to 8 min", "1 to 3 h", "2 min"],
  );
});
