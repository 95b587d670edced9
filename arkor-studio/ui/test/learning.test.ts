import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../src/net/api.ts";
import { parseResults, scoreboardOf } from "../src/evals/results.ts";
import { Asked, spreadOver, stagesOf, type Stage } from "../src/learning/asked.ts";
import type { ChatBody } from "../src/playground/turns.ts";

const labels = (stages: readonly Stage[]): string => stages.map(({ label }) => label).join(" ");

test("B16: the base model, checkpoints that lie far apart, the end", () => {
  assert.equal(labels(stagesOf("j", "m", [20, 10], 25, false)), "before step 10 step 20");
  assert.equal(labels(stagesOf("j", "m", [10, 20], 20, true)), "before step 10 final");
  assert.equal(labels(stagesOf("j", "", [], 20, true)), "final");
  const many = Array.from({ length: 100 }, (_, at) => (at + 1) * 10);
  const some = stagesOf("j", "m", many, 1005, true);
  assert.equal(some.length, 9);
  assert.equal(labels(some).slice(0, 14), "before step 10");
  assert.equal(labels(some).slice(-15), "step 1000 final");
  assert.deepEqual(spreadOver([1, 2, 3, 4, 5], 3), [1, 3, 5]);
});

test("B16: one is asked after the other, and who fails does not end it", async () => {
  const bodies: ChatBody[] = [];
  let open = 0;
  const asked = new Asked(async function* (body) {
    bodies.push(body);
    assert.equal(++open, 1);
    await Promise.resolve();
    open--;
    if (bodies.length === 2) throw new ApiError(409, "not ready", "", "wait");
    yield "a";
    yield "b";
  });
  await asked.start(stagesOf("j", "m", [5], 9, true), "hello", "be short");
  assert.deepEqual(
    asked.answers.get().map(({ text, state, error }) => [text, state, error]),
    [
      ["ab", "done", ""],
      ["", "failed", "not ready: wait"],
      ["ab", "done", ""],
    ],
  );
  assert.deepEqual(bodies[0], {
    baseModel: "m",
    messages: [
      { role: "system", content: "be short" },
      { role: "user", content: "hello" },
    ],
    stream: true,
    temperature: 0,
    maxTokens: 200,
  });
  assert.deepEqual([bodies[1]?.["adapter"], bodies[2]?.["adapter"]], [{ kind: "checkpoint", jobId: "j", step: 5 }, { kind: "final", jobId: "j" }]);
  assert.equal(asked.busy, false);
});

test("B16: what is stopped stays as it is, and nobody else is asked", async () => {
  let answered = 0;
  const asked: Asked = new Asked(async function* () {
    answered++;
    yield "first words";
    asked.stop();
    yield "more";
  });
  await asked.start(stagesOf("j", "m", [5], 9, false), "hello", "");
  assert.equal(answered, 1);
  assert.deepEqual(asked.answers.get().map(({ text, state }) => `${state} ${text}`), ["stopped first words", "stopped "]);
  await asked.start([], "  ", "");
  assert.equal(asked.answers.get().length, 2);
});

test("evals: of each name and target the last result counts, in the order of the training", () => {
  const result = (name: string, target: unknown, mean: number | null, more = {}): unknown => ({ name, target, mean, count: 4, failed: 0, ...more });
  const results = parseResults({
    evals: [
      result("json", { kind: "final", step: 20 }, 0.9),
      result("json", { kind: "checkpoint", step: 10 }, 0.5, { threshold: 0.6, passed: false, worst: [{ prompt: "p", answer: null, score: null, note: "n" }, 7] }),
      result("tone", { kind: "checkpoint", step: 10 }, null, { failed: 4 }),
      result("json", { kind: "checkpoint", step: 10 }, 0.7, { threshold: 0.6, passed: true }),
      result("json", { kind: "base", model: "m" }, 0.1),
      result("json", { kind: "endpoint", slug: "desk" }, 0.8),
      result("json", { kind: "later" }, 1),
      result("", { kind: "final" }, 1),
      null,
    ],
  });
  const { names, rows } = scoreboardOf(results);
  assert.deepEqual(names, ["json", "tone"]);
  assert.deepEqual(
    rows.map(({ target, results: row }) => [target, row.get("json")?.mean, row.get("json")?.passed, row.get("tone")?.failed]),
    [
      ["m", 0.1, null, undefined],
      ["step 10", 0.7, true, 4],
      ["final", 0.9, null, undefined],
      ["endpoint desk", 0.8, null, undefined],
    ],
  );
  assert.deepEqual(results[1]?.worst, [
    { prompt: "p", answer: null, score: null, note: "n" },
    { prompt: "", answer: null, score: null, note: "" },
  ]);
  assert.deepEqual(parseResults(null), []);
});
