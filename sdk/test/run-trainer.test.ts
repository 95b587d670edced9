import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createArkor, isArkor } from "../src/manifest.ts";
import { findEvals, findTrainer } from "../src/run-trainer.ts";
import type { Trainer } from "../src/trainer.ts";
import { eachCase } from "./support/vectors.ts";

const sdk = new URL("../src/index.js", import.meta.url).href;

/** Source of a trainer that needs no backend. */
const fake = (id: string, status = "completed"): string => `{
  name: "n",
  start: async () => ({ jobId: "${id}" }),
  wait: async () => ({ job: { id: "${id}", status: "${status}" }, artifacts: [] }),
  cancel: async () => {},
}`;

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function project(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "arkor-run-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

/** An arkor-build that takes the entry's text for the artifact, in TypeScript or not. */
const copier = `#!${process.execPath}
const fs = require("node:fs");
fs.copyFileSync(process.argv[3], process.argv[5] + "/index.mjs");
`;

/** A project whose TypeScript entry is plain enough to be imported as it is. */
function copied(t: TestContext, entry: string): { cwd: string; env: Record<string, string> } {
  const cwd = project(t, { "src/arkor/index.ts": entry, "bin/arkor-build": copier });
  const bin = join(cwd, "bin", "arkor-build");
  chmodSync(bin, 0o755);
  return { cwd, env: { ARKOR_BUILD_BIN: bin } };
}

/** Runs JavaScript on the package in a process of its own. */
function script(cwd: string, text: string, env: Record<string, string> = {}): Run {
  const args = ["--input-type=module", "-e", `import { runTrainer } from ${JSON.stringify(sdk)};\n${text}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
  return { status, stdout, stderr };
}

/** Calls runTrainer in a process of its own, which prints what it rejects with. */
function run(cwd: string, file: string | undefined, env: Record<string, string> = {}): Run {
  const call = `await runTrainer(${file === undefined ? "" : JSON.stringify(file)}).catch((error) => {
  console.log([error.name, error.code, error.message, error.hint].join(" | "));
});`;
  return script(cwd, call, env);
}

test("an id cannot move the cursor", (t) => {
  const cwd = project(t, { "entry.mjs": `export const trainer = ${fake("a\\u001b[2J\\nb")};` });
  const { stdout } = script(cwd, `await runTrainer("entry.mjs");`);
  assert.equal(stdout, "Started job a [2J b\nJob a [2J b finished with status=completed\n");
});

test("a manifest has two keys, is frozen, and leaves the trainer alone", () => {
  const trainer = { name: "n" } as Trainer;
  const manifest = createArkor({ trainer });
  assert.deepEqual(Object.keys(manifest), ["_kind", "trainer"]);
  assert.equal(manifest.trainer, trainer);
  assert.ok(Object.isFrozen(manifest) && !Object.isFrozen(trainer));
  assert.deepEqual(Object.keys(createArkor({})), ["_kind", "trainer"]);
});

test("manifests are known by their shape", () => {
  assert.ok(isArkor(createArkor({})) && isArkor({ _kind: "arkor" }));
  const others = [null, undefined, "arkor", 7, [], {}, { _kind: "other" }, () => undefined, { start() {} }];
  for (const other of others) assert.equal(isArkor(other), false);
});

/** An export as manifest.json describes it: an object with one of these keys. */
interface Described {
  readonly trainer?: string;
  /** A trainer whose methods are inherited. */
  readonly instance?: string;
  readonly manifest?: Described | null;
  readonly object?: Readonly<Record<string, Described>>;
  readonly function?: true;
  readonly value?: unknown;
}

function make(described: Described): unknown {
  const [kind] = Object.keys(described);
  switch (kind) {
    case "trainer":
      return { name: described.trainer, start() {}, wait() {}, cancel() {} };
    case "instance":
      return Object.create({ name: described.instance, start() {}, wait() {}, cancel() {} });
    case "manifest":
      return { _kind: "arkor", trainer: described.manifest ? make(described.manifest) : undefined };
    case "object":
      return makeAll(described.object ?? {});
    case "function":
      return () => undefined;
    case "value":
      return described.value;
    default:
      return assert.fail(`no such kind of export: ${kind}`);
  }
}

function makeAll(described: Readonly<Record<string, Described>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(described).map(([key, value]) => [key, make(value)]));
}

eachCase<{ exports: Record<string, Described> }, { trainer: string | null }>(
  "manifest.json",
  ["exports"],
  ["trainer"],
  ({ exports }, out) => {
    assert.equal(findTrainer(makeAll(exports))?.name ?? null, out.trainer);
  },
);

test("a module is run in this process, two lines on stdout", (t) => {
  const cwd = project(t, { "a b/entry#1.mjs": `export const trainer = ${fake("j7", "failed")};` });
  for (const file of ["a b/entry#1.mjs", join(cwd, "a b", "entry#1.mjs")]) {
    assert.deepEqual(run(cwd, file), {
      status: 0,
      stdout: "Started job j7\nJob j7 finished with status=failed\n",
      stderr: "",
    });
  }
});

test("a missing entry, and one without trainer", (t) => {
  const cwd = project(t, { "empty.mjs": "export {};" });
  assert.match(
    run(cwd, undefined).stdout,
    /^EntryError \| entry_not_found \| Training entry not found: .*index\.ts\. Provide a path or create src\/arkor\/index\.ts\. \|/,
  );
  assert.equal(
    run(cwd, "empty.mjs").stdout,
    "EntryError | entry_no_trainer | Training entry must export `arkor` (from createArkor({...})) " +
      "or `trainer` (from createTrainer({...})), or default-export one of them. | \n",
  );
});

test("what the trainer rejects with comes out", (t) => {
  const source = `export default { start: async () => { throw new RangeError("mine"); }, wait() {}, cancel() {} };`;
  assert.match(run(project(t, { "e.mjs": source }), "e.mjs").stdout, /^RangeError \|  \| mine \| \n$/);
  const later = source.replace("start: async", "start: async () => ({ jobId: 'j' }), wait: async").replace("wait() {}, ", "");
  assert.equal(
    run(project(t, { "e.mjs": later }), "e.mjs").stdout,
    "Started job j\nRangeError |  | mine | \n",
  );
});

test("a TypeScript entry is built first, afresh on each call", { skip: process.platform === "win32" }, (t) => {
  const cwd = project(t, {
    "src/arkor/index.ts": "export const broken: = 1;",
    // Stands in for the bundler: the artifact is the entry's text in a trainer.
    "bin/arkor-build": `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
fs.appendFileSync("builds", JSON.stringify(args) + "\\n");
fs.writeFileSync(args[3] + "/index.mjs", ${JSON.stringify(`export const trainer = ${fake("built")};`)});
`,
  });
  const bin = join(cwd, "bin", "arkor-build");
  chmodSync(bin, 0o755);
  const want = "Started job built\nJob built finished with status=completed\n";
  assert.equal(run(cwd, undefined, { ARKOR_BUILD_BIN: bin }).stdout, want);
  assert.equal(run(cwd, undefined, { ARKOR_AUTH_BIN: join(cwd, "bin", "arkor-auth") }).stdout, want);
  const builds = readFileSync(join(cwd, "builds"), "utf8").trimEnd().split("\n");
  const [first, second] = builds.map((build) => JSON.parse(build) as string[]);
  assert.deepEqual(first?.slice(0, 3), ["build", join(cwd, "src", "arkor", "index.ts"), "--out-dir"]);
  assert.match(first?.[3] ?? "", /[/\\]\.arkor[/\\]run-\d+-\w+$/);
  assert.notEqual(first?.[3], second?.[3]);
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), []);
});

test("a TypeScript entry that cannot be built", { skip: process.platform === "win32" }, (t) => {
  const cwd = project(t, {
    "e.ts": "",
    "arkor-build": `#!/bin/sh
echo "e.ts:1:1: unexpected end" >&2
echo "arkor build: 1 error" >&2
exit 1
`,
  });
  const bin = join(cwd, "arkor-build");
  chmodSync(bin, 0o755);
  const failed = run(cwd, "e.ts", { ARKOR_BUILD_BIN: bin });
  assert.match(failed.stdout, /^EntryError \| entry_build_failed \| .*e\.ts cannot be built: 1 error \|/);
  assert.equal(failed.stderr, "e.ts:1:1: unexpected end\n");
  const missing = run(cwd, "e.ts", { PATH: "/no/such" });
  assert.match(missing.stdout, /^EntryError \| entry_build_failed \| .*arkor-build is missing/);
});

const posix = { skip: process.platform === "win32" };

test("two calls in one process: the second sees the source as it is then", posix, (t) => {
  const { cwd, env } = copied(t, `export const trainer = ${fake("one")};`);
  const { stdout } = script(
    cwd,
    `import { writeFileSync } from "node:fs";
await runTrainer();
writeFileSync("src/arkor/index.ts", ${JSON.stringify(`export const trainer = ${fake("two")};`)});
await runTrainer();`,
    env,
  );
  assert.deepEqual(stdout.match(/^Started .*$/gm), ["Started job one", "Started job two"]);
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), []);
});

test("a module that is run twice is the same trainer, and the exit code stays the caller's", (t) => {
  const cwd = project(t, { "e.mjs": `console.log("loaded"); export const trainer = ${fake("j", "failed")};` });
  const { status, stdout } = script(cwd, `process.exitCode = 3; await runTrainer("e.mjs"); await runTrainer("e.mjs");`);
  const lines = "Started job j\nJob j finished with status=failed\n";
  assert.deepEqual([status, stdout], [3, `loaded\n${lines}${lines}`]);
});

test("what a killed call leaves behind is removed by the next, and nothing else", posix, async (t) => {
  const hanging = `export const trainer = { ...${fake("j")}, wait: () => new Promise(() => setInterval(() => {}, 1000)) };`;
  const { cwd, env } = copied(t, hanging);
  const args = ["--input-type=module", "-e", `import { runTrainer } from ${JSON.stringify(sdk)}; await runTrainer();`];
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const running = readdirSync(join(cwd, ".arkor"));
  assert.equal(running.length, 1);
  mkdirSync(join(cwd, ".arkor", "run-notes"));
  writeFileSync(join(cwd, "src", "arkor", "index.ts"), `export const trainer = ${fake("next")};`);
  const next = (): string => script(cwd, "await runTrainer();", env).stdout;
  assert.match(next(), /^Started job next/);
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), [...running, "run-notes"], "a call that still runs");
  child.kill("SIGINT");
  await once(child, "exit");
  assert.match(next(), /^Started job next/);
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), ["run-notes"]);
});

test("V1: the evals are those of the first manifest that has some", () => {
  const [one, two] = [{ name: "one" }, { name: "two" }];
  const manifest = (value?: unknown): unknown => ({ _kind: "arkor", trainer: undefined, ...(value ? { eval: value } : {}) });
  const found: [Record<string, unknown>, unknown[]][] = [
    [{ arkor: manifest(one) }, [one]],
    [{ arkor: manifest([one, two]) }, [one, two]],
    [{ arkor: manifest(one), default: manifest(two) }, [one]],
    [{ arkor: manifest(), default: manifest(two) }, [two]],
    [{ arkor: { eval: one }, default: { eval: two }, eval: one }, []],
    [{}, []],
  ];
  for (const [module, evals] of found) assert.deepEqual(findEvals(module), evals);
});

test("V2: evals are attached to the trainer; one that takes none runs, with one warning", (t) => {
  const attaching = `{ ...${fake("j")}, [Symbol.for("arkor.trainer.attach")]({ evals }) { console.log(evals.map(({ name }) => name)); } }`;
  const cwd = project(t, {
    "with.mjs": `export const arkor = { _kind: "arkor", trainer: ${attaching}, eval: [{ name: "a" }, { name: "b" }] };`,
    "without.mjs": `export const arkor = { _kind: "arkor", trainer: ${fake("j")}, eval: { name: "a" } };`,
    "none.mjs": `export const trainer = ${fake("j")};`,
  });
  const lines = "Started job j\nJob j finished with status=completed\n";
  assert.deepEqual(run(cwd, "with.mjs"), { status: 0, stdout: `[ 'a', 'b' ]\n${lines}`, stderr: "" });
  assert.deepEqual(run(cwd, "none.mjs"), { status: 0, stdout: lines, stderr: "" });
  const { stdout, stderr } = run(cwd, "without.mjs");
  assert.equal(stdout, lines);
  assert.match(stderr, /^arkor: warning: the evals are left out: .*\n$/);
});
