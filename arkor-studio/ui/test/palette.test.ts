import assert from "node:assert/strict";
import { test } from "node:test";

import { Commands, matching, type Command } from "../src/palette/commands.ts";

const named = (name: string, more: Partial<Command> = {}): Command => ({ name, run: () => undefined, ...more });
const names = (list: readonly Command[]): readonly string[] => list.map(({ name }) => name);

test("B21: a view's command takes the key of a general one, for as long as it is there", () => {
  const commands = new Commands();
  let told = 0;
  commands.all.subscribe(() => told++);
  commands.add([named("Go to the training", { key: "r" }), named("Help", { key: "?" })]);
  const leave = commands.add([named("Run training: a", { key: "r" }), named("Dry run: a")]);
  assert.deepEqual(names(commands.all.get()), ["Run training: a", "Dry run: a", "Help"]);
  assert.equal(commands.ofKey("r")?.name, "Run training: a");
  assert.equal(commands.ofKey("x"), undefined);
  leave();
  assert.equal(commands.ofKey("r")?.name, "Go to the training");
  assert.equal(told, 3);
});

test("B21: commands are found by any of their words, the closest first", () => {
  const all = [named("Go to Jobs"), named("Search jobs"), named("triage-run", { note: "job 1f2e · completed" }), named("Use the dark theme")];
  assert.deepEqual(names(matching(all, "")), names(all));
  assert.deepEqual(names(matching(all, " JOB ")), ["Go to Jobs", "Search jobs", "triage-run"]);
  assert.deepEqual(names(matching(all, "search job")), ["Search jobs"]);
  assert.deepEqual(names(matching(all, "run comp")), ["triage-run"]);
  assert.deepEqual(matching(all, "nothing like it"), []);
  assert.deepEqual(matching(all, "["), []);
});
