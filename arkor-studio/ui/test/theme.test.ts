import assert from "node:assert/strict";
import { test } from "node:test";

import { ThemeChoice, type Surroundings } from "../src/shell/theme-choice.ts";

function around(stored: string | null, system: "light" | "dark") {
  const store = new Map(stored === null ? [] : [["arkor-studio-theme", stored]]);
  const dataset: DOMStringMap = {};
  const listeners: (() => void)[] = [];
  const query = { matches: system === "dark", addEventListener: (_: string, listener: () => void) => void listeners.push(listener) };
  const surroundings: Surroundings = {
    localStorage: {
      getItem: (key) => store.get(key) ?? null,
      setItem: (key, value) => void store.set(key, value),
      removeItem: (key) => void store.delete(key),
    },
    matchMedia: () => query,
    document: { documentElement: { dataset } },
  };
  return {
    surroundings,
    store,
    dataset,
    turn: (matches: boolean) => {
      query.matches = matches;
      listeners.forEach((listener) => listener());
    },
  };
}

test("U8: a stored choice counts, anything else is the system's", () => {
  for (const [stored, system, want] of [
    ["dark", "light", "dark"],
    ["light", "dark", "light"],
    [null, "dark", "dark"],
    ["purple", "dark", "dark"],
    [null, "light", "light"],
  ] as const) {
    const at = around(stored, system);
    new ThemeChoice(at.surroundings);
    assert.equal(at.dataset["theme"], want);
  }
});

test("U8: the toggle goes round, and the system's theme is followed live", () => {
  const at = around("light", "light");
  const theme = new ThemeChoice(at.surroundings);
  assert.equal(theme.next(), "dark");
  theme.choose("dark");
  at.turn(false);
  assert.equal(at.dataset["theme"], "dark");
  assert.equal(theme.next(), "system");
  theme.choose("system");
  assert.equal(at.store.size, 0);
  assert.equal(at.dataset["theme"], "light");
  at.turn(true);
  assert.equal(at.dataset["theme"], "dark");
  assert.equal(theme.next(), "light");
});

test("U9: storage and matchMedia that throw do not break the page", () => {
  const dataset: DOMStringMap = {};
  const broken = {
    get localStorage(): never {
      throw new Error("forbidden");
    },
    matchMedia(): never {
      throw new Error("forbidden");
    },
    document: { documentElement: { dataset } },
  };
  const theme = new ThemeChoice(broken);
  assert.equal(dataset["theme"], "light");
  theme.choose("dark");
  assert.equal(dataset["theme"], "dark");
});
