import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutDryRuns } from "../src/compare/dry-runs.ts";
import { join, valueNear, type Placed } from "../src/compare/joined.ts";
import { namesOf } from "../src/compare/names.ts";
import { compareConfigs, configRows } from "../src/formats/config.ts";
import { Curve } from "../src/job/curve.ts";
import { parseJob } from "../src/net/shapes.ts";

function curve(rows: readonly object[]): Curve {
  const made = new Curve();
  for (const row of rows) made.add(row as Record<string, unknown>);
  return made;
}

function bySteps(made: Curve): Placed {
  return { curve: made, places: made.steps };
}

test("CH14: curves of several runs share one axis", () => {
  const a = curve([{ step: 1, loss: 3 }, { step: 10, loss: 2, evalLoss: 5 }]);
  const b = curve([{ step: 5, loss: 4 }, { step: 10, loss: 1 }]);
  assert.deepEqual(join([a, b].map(bySteps), "loss"), { xs: [1, 5, 10], values: [[3, null, 2], [null, 4, 1]] });
  assert.deepEqual(join([a, b].map(bySteps), "evalLoss"), { xs: [10], values: [[5], [null]] });
  assert.deepEqual(join([], "loss"), { xs: [], values: [] });
  assert.deepEqual(join([{ curve: a, places: [0, 2.5] }, { curve: b, places: [0, 7] }], "loss"), { xs: [0, 2.5, 7], values: [[3, 2, null], [4, null, 1]] });
});

test("CH14: the cursor reads the nearest value of each run, none beyond its ends", () => {
  const a = curve([{ step: 10, loss: 1 }, { step: 15, evalLoss: 9 }, { step: 20, loss: 2 }]);
  assert.deepEqual([9, 10, 14, 16, 20, 21].map((step) => valueNear(bySteps(a), "loss", step)), [null, 1, 1, 2, 2, null]);
  assert.equal(valueNear(bySteps(new Curve()), "loss", 1), null);
});

test("B5: configurations side by side, with what differs", () => {
  const rows = compareConfigs([
    { model: "m", loraR: 16, datasetSource: { type: "file", datasetId: "x" } },
    { model: "m", loraR: 8, datasetSource: { type: "file", datasetId: "x" }, maxSteps: 0 },
  ]);
  assert.deepEqual(rows, [
    { name: "model", values: ["m", "m"], differs: false },
    { name: "loraR", values: ["16", "8"], differs: true },
    { name: "datasetSource.type", values: ["file", "file"], differs: false },
    { name: "datasetSource.datasetId", values: ["x", "x"], differs: false },
    { name: "maxSteps", values: [null, "0"], differs: true },
  ]);
});

test("a configuration of any depth becomes rows", () => {
  assert.deepEqual(configRows({ a: [1, 2], b: {}, c: null, d: { e: { f: { g: { h: { i: 1 } } } } } }), [
    ["a", "[1,2]"],
    ["b", "{}"],
    ["c", "null"],
    ["d.e.f.g.h", '{"i":1}'],
  ]);
});

test("runs of the same name are told apart", () => {
  const run = (id: string, name: string) => ({ id, job: parseJob({ id, name }) });
  assert.deepEqual(namesOf([run("abcdef12", "x"), run("123456ab", "x"), run("q", "y")]), ["x abcdef", "x 123456", "y"]);
});

test("B3: dry runs are left out of a comparison, where something is left to compare", () => {
  const run = (id: string, dryRun?: unknown) => ({ id, job: parseJob({ id, config: { dryRun } }) });
  const ids = (...runs: ReturnType<typeof run>[]): string => withoutDryRuns(runs).map(({ id }) => id).join("");
  assert.deepEqual([ids(run("a"), run("b", true), run("c", "yes")), ids(run("a"), run("b", true)), ids(run("a", true)), ids()], ["ac", "ab", "a", ""]);
});
