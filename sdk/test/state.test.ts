import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readState, statePath, writeState } from "../src/index.ts";
import { readProjectScope, type Identity } from "../src/project-scope.ts";
import type { ProjectScope } from "../src/projects.ts";
import { eachCase } from "./support/vectors.ts";

const state = { orgSlug: "acme", projectSlug: "bot", projectId: "p1" };

test("the state of a folder is written whole and read back", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "arkor-state-"));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const path = join(cwd, ".arkor", "state.json");
  assert.equal(statePath(cwd), path);
  assert.equal(statePath(), join(process.cwd(), ".arkor", "state.json"));
  assert.equal(await readState(cwd), null);
  await writeState(state, cwd);
  assert.equal(readFileSync(path, "utf8"), `${JSON.stringify(state, null, 2)}\n`);
  assert.deepEqual(await readState(cwd), state);
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), ["state.json"]);
  if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
  await writeState({ ...state, extra: 1 } as typeof state, cwd);
  assert.deepEqual(await readState(cwd), { ...state, extra: 1 });
});

test("what says nothing of a project is no state, and no error", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "arkor-state-"));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const path = statePath(cwd);
  mkdirSync(join(cwd, ".arkor"));
  for (const text of ["", "{half", "null", "[]", JSON.stringify({ ...state, projectId: 1 }), '{"orgSlug":"a"}']) {
    writeFileSync(path, text);
    assert.equal(await readState(cwd), null, text);
  }
  rmSync(path);
  mkdirSync(path);
  assert.equal(await readState(cwd), null);
  await assert.rejects(writeState(state, cwd));
  assert.deepEqual(readdirSync(join(cwd, ".arkor")), ["state.json"], "no temporary file is left");
});

eachCase<
  { file: string | null; identity: Identity; folder: string },
  { scope?: ProjectScope; create?: { name: string; slug: string }; error?: "missing" | "damaged" | "mismatch" }
>(
  "project-state.json",
  ["file", "identity", "folder"],
  ["scope", "create", "error"],
  async ({ file, identity, folder }, out, t) => {
    const root = mkdtempSync(join(tmpdir(), "arkor-state-"));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const cwd = join(root, folder);
    mkdirSync(join(cwd, ".arkor"), { recursive: true });
    if (file !== null) writeFileSync(statePath(cwd), file);
    const reading = readProjectScope(cwd, identity);
    if (out.scope !== undefined) return assert.deepEqual(await reading, out.scope);
    // Projects are created by arkor-auth; without it there is none.
    const message = {
      missing: /^No \.arkor\/state\.json found\. Create it by hand /,
      damaged: /state\.json does not hold \{ orgSlug, projectSlug, projectId \}, three strings$/,
      mismatch: /^This workspace's \.arkor\/state\.json is scoped to a different organization /,
    }[out.error ?? "missing"];
    const name = out.error === "mismatch" ? "ProjectStateMismatchError" : "ProjectStateMissingError";
    await assert.rejects(reading, { name, message });
  },
);
