import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";

/** Where the package lies, seen from the compiled tests. */
export const root = new URL("../../../", import.meta.url);

/**
 * Runs every case of a vector file as a test. Keys outside `inKeys` and
 * `outKeys` fail, so that a vector cannot grow what nobody checks.
 */
export function eachCase<In extends object, Out extends object>(
  file: string,
  inKeys: readonly (keyof In & string)[],
  outKeys: readonly (keyof Out & string)[],
  check: (input: In, output: Out, t: TestContext) => void | Promise<void>,
): void {
  const text = readFileSync(new URL(`vectors/${file}`, root), "utf8");
  const { cases, ...rest } = JSON.parse(text) as {
    version: number;
    cases: { name: string; in: In; out: Out }[];
  };
  assert.deepEqual(rest, { version: 1 });
  for (const one of cases) {
    test(`${file}: ${one.name}`, async (t) => {
      assert.deepEqual(Object.keys(one).sort(), ["in", "name", "out"]);
      for (const key of Object.keys(one.in)) assert.ok(inKeys.includes(key as never), `in.${key}`);
      for (const key of Object.keys(one.out)) assert.ok(outKeys.includes(key as never), `out.${key}`);
      await check(one.in, one.out, t);
    });
  }
}

/** What a value looks like after a trip through JSON: no undefined members. */
export function wire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
