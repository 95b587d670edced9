import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test, type TestContext } from "node:test";
import { runBinary } from "../src/run-binary.ts";
import { openSession } from "../src/session.ts";
import { createTrainer, type TrainerContext } from "../src/trainer.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { completed, FakeCloud, job, scope } from "./support/cloud.ts";

const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};

/** An arkor-auth whose answers are in files; it notes its arguments, a run per line. */
class FakeAuth {
  readonly folder: string;
  readonly path: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "arkor-auth-"));
    this.path = join(this.folder, "arkor-auth");
    const source = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(join(this.folder, "runs"))}, args.join(" ") + "\\n");
const script = JSON.parse(fs.readFileSync(${JSON.stringify(join(this.folder, "script"))}, "utf8"));
const answer = args.includes("--rejected") ? script.rejected ?? script.token : script.token;
process.stderr.write(script.stderr ?? "");
if (script.exit) process.exit(script.exit);
process.stdout.write(typeof answer === "string" ? answer : JSON.stringify(answer));
`;
    writeFileSync(this.path, source);
    chmodSync(this.path, 0o755);
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  script(script: { token?: unknown; rejected?: unknown; stderr?: string; exit?: number }): void {
    writeFileSync(join(this.folder, "script"), JSON.stringify(script));
  }

  get runs(): string[] {
    const file = join(this.folder, "runs");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  }
}

async function setup(t: TestContext): Promise<{
  cloud: FakeCloud;
  auth: FakeAuth;
  context: TrainerContext;
  token: (name: string, extra?: object) => object;
}> {
  const cloud = await FakeCloud.start(t);
  const auth = new FakeAuth(t);
  const { cwd, clock } = cloud;
  const token = (name: string, extra: object = {}): object => ({
    token: name,
    mode: "oauth",
    apiUrl: cloud.url,
    orgSlug: null,
    expiresAt: null,
    scope: { ...scope, projectId: "p1" },
    ...extra,
  });
  return { cloud, auth, context: { cwd, clock, env: { ARKOR_AUTH_BIN: auth.path } }, token };
}

const hash = (token: string): string => createHash("sha256").update(token).digest("hex");

test("one run of arkor-auth serves create, scope and stream", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0") });
  cloud.stream({ body: completed() });
  const { job } = await createTrainer(input, context).wait();
  assert.equal(job.status, "completed");
  assert.deepEqual(auth.runs, ["token --json --scope"]);
});

test("arkor-auth is found on PATH, and goes before ARKOR_TOKEN", async (t) => {
  const { auth, context, token } = await setup(t);
  auth.script({ token: token("t0") });
  const env = { PATH: ["relative", "/no/such", auth.folder].join(delimiter), ARKOR_TOKEN: "other" };
  assert.deepEqual(await createTrainer(input, { ...context, env }).start(), { jobId: "j1" });
});

test("X1: credentials of the caller go before arkor-auth, and are not renewed", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0") });
  const credentials = { mode: "token", token: "mine", arkorCloudApiUrl: "http://127.0.0.1:1" } as const;
  cloud.tokens = ["mine"];
  const trainer = createTrainer(input, { ...context, credentials, baseUrl: `${cloud.url}//` });
  assert.deepEqual(await trainer.start(), { jobId: "j1" });
  cloud.tokens = [];
  await assert.rejects(trainer.cancel(), { name: "CloudApiError", status: 401 });
  assert.deepEqual(auth.runs, []);
});

test("ARKOR_TOKEN does where there is no binary; the scope is the project's", async (t) => {
  const { cloud, context } = await setup(t);
  const env = { ARKOR_TOKEN: " t0\n", ARKOR_CLOUD_API_URL: `${cloud.url}//` };
  assert.deepEqual(await createTrainer(input, { ...context, env }).start(), { jobId: "j1" });
  rmSync(join(cloud.cwd, ".arkor", "state.json"));
  await assert.rejects(createTrainer(input, { ...context, env }).start(), {
    name: "ProjectStateMissingError",
    code: "project_state_missing",
    message: /^No \.arkor\/state\.json found\./,
  });
});

test("a damaged project state is named, and not taken for none", async (t) => {
  const { cloud, context } = await setup(t);
  const env = { ARKOR_TOKEN: "t0", ARKOR_CLOUD_API_URL: cloud.url };
  const path = join(cloud.cwd, ".arkor", "state.json");
  writeFileSync(path, "{half");
  await assert.rejects(createTrainer(input, { ...context, env }).start(), {
    name: "ProjectStateMissingError",
    message: `${path} does not hold { orgSlug, projectSlug, projectId }, three strings`,
    hint: "repair the file, or move it away",
  });
});

test("nothing to sign in with: both ways are named", async (t) => {
  const { context } = await setup(t);
  await assert.rejects(createTrainer(input, { ...context, env: { ARKOR_TOKEN: " " } }).start(), {
    name: "AuthError",
    code: "auth_unavailable",
    message: /arkor-auth.*ARKOR_TOKEN/,
  });
  const env = { ARKOR_AUTH_BIN: "/no/such/arkor-auth" };
  await assert.rejects(createTrainer(input, { ...context, env }).start(), {
    code: "auth_unavailable",
    message: "No way to sign in: /no/such/arkor-auth does not exist.",
  });
});

test("without an address the token is meant for the managed cloud", async (t) => {
  const { cloud } = await setup(t);
  const options = { cwd: cloud.cwd, now: Date.now };
  const open = async (env: Record<string, string>): Promise<string> =>
    (await (await openSession({ ...options, env })).current()).baseUrl;
  assert.equal(await open({ ARKOR_TOKEN: "t" }), "https://api.arkor.ai");
  assert.equal(await open({ ARKOR_TOKEN: "t", ARKOR_CLOUD_API_URL: "" }), "");
});

test("a stale project state is refused by name", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0", { mode: "anon", orgSlug: "somebody", scope: null }) });
  await assert.rejects(createTrainer(input, context).start(), {
    name: "ProjectStateMismatchError",
    code: "project_state_mismatch",
    message: /^This workspace's \.arkor\/state\.json is scoped to a different organization/,
  });
  assert.equal(cloud.seen.length, 0);
});

test("the failure of arkor-auth is told in its own words, and is not sticky", async (t) => {
  const { auth, context, token } = await setup(t);
  const trainer = createTrainer(input, context);
  auth.script({ exit: 1, stderr: "arkor-auth token: not signed in\nhint: run `arkor login`\n" });
  await assert.rejects(trainer.start(), {
    name: "AuthError",
    code: "auth_failed",
    message: "not signed in",
    hint: "run `arkor login`",
  });
  auth.script({ exit: 3 });
  await assert.rejects(trainer.start(), { code: "auth_failed", message: "exit status 3" });
  auth.script({ token: "no token today" });
  await assert.rejects(trainer.start(), { code: "auth_failed", message: /something other than a token/ });
  auth.script({ token: token("t0") });
  assert.deepEqual(await trainer.start(), { jobId: "j1" });
});

test("a 401 renews the token once and repeats the request", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0"), rejected: token("t1") });
  const trainer = createTrainer(input, context);
  cloud.on("POST /v1/jobs", (_, response) => {
    cloud.tokens = ["t1"];
    response.writeHead(201).end(JSON.stringify({ job }));
  });
  await trainer.start();
  // The stream and a cancel meet the expired token at the same time.
  cloud.stream({ body: completed() });
  await Promise.all([trainer.wait(), trainer.cancel(), trainer.cancel()]);
  assert.deepEqual(auth.runs, ["token --json --scope", `token --json --rejected ${hash("t0")}`]);
  assert.deepEqual(cloud.clock.delays, []);
});

test("an upload that meets a 401 is sent again from its beginning", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0"), rejected: token("t1") });
  const line = '{"messages":[]}\n';
  writeFileSync(join(cloud.cwd, "d.jsonl"), line);
  const bodies: string[] = [];
  cloud.on("POST /v1/datasets", ({ body }, response) => {
    bodies.push(body);
    if (bodies.length === 1) response.writeHead(401).end("{}");
    else response.writeHead(201).end(JSON.stringify({ dataset: { id: "sha256:d" } }));
  });
  cloud.tokens = ["t0", "t1"];
  await createTrainer({ ...input, dataset: { type: "file", path: "d.jsonl" } }, context).start();
  assert.deepEqual(bodies, [line, line]);
  assert.equal(cloud.seen.at(-1)?.headers.authorization, "Bearer t1");
});

test("a 401 with an unchanged token is final, on the stream too", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0") });
  const trainer = createTrainer(input, context);
  await trainer.start();
  cloud.tokens = [];
  await assert.rejects(trainer.wait(), { name: "CloudApiError", status: 401, code: "unauthorized" });
  assert.deepEqual(cloud.clock.delays, []);
  assert.equal(auth.runs.length, 2);
});

test("a 401 for a renewed token is final", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0"), rejected: token("t1") });
  const trainer = createTrainer(input, context);
  await trainer.start();
  cloud.tokens = [];
  await assert.rejects(trainer.cancel(), { name: "CloudApiError", status: 401 });
  assert.equal(cloud.requests("POST /v1/jobs/j1/cancel").length, 2);
});

test("a token that passed through arkor-auth is not renewed", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0", { mode: "token" }), rejected: token("t1") });
  cloud.tokens = ["t1"];
  await assert.rejects(createTrainer(input, context).start(), { status: 401 });
  assert.deepEqual(auth.runs, ["token --json --scope"]);
});

test("another identity ends the run", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0"), rejected: token("t1", { mode: "anon", orgSlug: "x" }) });
  const trainer = createTrainer(input, context);
  await trainer.start();
  cloud.tokens = ["t1"];
  await assert.rejects(trainer.wait(), { name: "AuthError", code: "identity_changed" });
  assert.equal(cloud.lastEventIds.length, 1, "only the request that was refused");
});

test("a token close to its end is renewed before it is sent", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  const now = cloud.clock.time / 1000;
  auth.script({ token: token("t0", { expiresAt: now + 61 }) });
  const trainer = createTrainer(input, context);
  await trainer.start();
  assert.equal(auth.runs.length, 1);
  cloud.clock.time += 2000;
  auth.script({ token: token("t1", { expiresAt: now + 3600 }) });
  cloud.tokens = ["t1"];
  cloud.stream({ body: completed() });
  await trainer.wait();
  assert.deepEqual(auth.runs, ["token --json --scope", "token --json"]);
});

test("a renewal that fails is tried once for a token, which is used as long as it does", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0", { expiresAt: cloud.clock.time / 1000 + 1 }) });
  const trainer = createTrainer(input, context);
  await trainer.start();
  auth.script({ exit: 1, stderr: "no network\n" });
  cloud.stream({ status: 500 }, { body: completed() });
  assert.equal((await trainer.wait()).job.status, "completed");
  assert.deepEqual(auth.runs, ["token --json --scope", "token --json"]);
});

test("the local backend is asked for again when it is gone, and may be on another port", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  const other = await FakeCloud.start(t);
  auth.script({ token: token("t0", { mode: "local", orgSlug: "local" }) });
  const trainer = createTrainer(input, context);
  cloud.stream({ throw: true });
  other.stream({ body: completed() });
  await trainer.start();
  auth.script({ token: token("t0", { mode: "local", orgSlug: "local", apiUrl: other.url }) });
  assert.equal((await trainer.wait()).job.status, "completed");
  assert.equal(auth.runs.length, 2);
  assert.deepEqual(cloud.clock.delays, [1000]);
});

test("remarks of a program go on at once, its error does not", async (t) => {
  const auth = new FakeAuth(t);
  const lines: string[] = [];
  const run = { path: auth.path, args: [], cwd: auth.folder, timeoutMs: 30_000 };
  const stderr = (line: string): void => void lines.push(line);
  auth.script({ exit: 1, stderr: "starting the local backend\r\narkor-auth token: port in use" });
  assert.deepEqual(await runBinary({ ...run, stderr }), {
    kind: "failed",
    message: "port in use",
    hint: undefined,
  });
  assert.deepEqual(lines, ["starting the local backend"]);
  auth.script({ token: "ok", stderr: "arkor-auth token: warning: old file\nhint: remove it\n" });
  assert.deepEqual(await runBinary({ ...run, stderr }), { kind: "done", stdout: "ok" });
  assert.deepEqual(lines.slice(1), ["arkor-auth token: warning: old file", "hint: remove it"]);
});

test("X2: a program gets its arguments as they are, and nothing to read", async () => {
  const echo = 'process.stdin.on("end", () => console.log(process.argv[1])).resume();';
  const outcome = await runBinary({
    path: process.execPath,
    args: ["-e", echo, "$(id) & 'a' > b"],
    cwd: ".",
    timeoutMs: 60_000,
    stderr: () => undefined,
  });
  assert.deepEqual(outcome, { kind: "done", stdout: "$(id) & 'a' > b\n" });
});

test("a program that does not end is ended", async () => {
  const outcome = await runBinary({
    path: process.execPath,
    args: ["-e", "setInterval(() => {}, 1000)"],
    cwd: ".",
    timeoutMs: 50,
    stderr: () => undefined,
  });
  assert.deepEqual(outcome, { kind: "failed", message: "no answer within 0.05 s", hint: undefined });
});

test("a program that prints without end is ended", async () => {
  const outcome = await runBinary({
    path: process.execPath,
    args: ["-e", 'const more = () => process.stdout.write("x".repeat(1 << 16), more); more()'],
    cwd: ".",
    timeoutMs: 60_000,
    stderr: () => undefined,
  });
  const message = "it printed more than 1048576 characters";
  assert.deepEqual(outcome, { kind: "failed", message, hint: undefined });
});

test("a program that printed too much counts as failed, however it ended", async () => {
  const outcome = await runBinary({
    path: process.execPath,
    args: ["-e", 'process.stdout.write("x".repeat((1 << 20) + 1))'],
    cwd: ".",
    timeoutMs: 60_000,
    stderr: () => undefined,
  });
  assert.equal(outcome.kind, "failed");
});

test("a line of remarks without end goes on in pieces", async () => {
  const lengths: number[] = [];
  const outcome = await runBinary({
    path: process.execPath,
    args: ["-e", 'process.stderr.write("x".repeat(1 << 20))'],
    cwd: ".",
    timeoutMs: 60_000,
    stderr: (line) => void lengths.push(line.length),
  });
  assert.equal(outcome.kind, "done");
  assert.ok(lengths.length > 4 && lengths.reduce((sum, n) => sum + n) === 1 << 20, String(lengths));
});

test("the token shows in no error", async (t) => {
  const { cloud, context } = await setup(t);
  const env = { ARKOR_TOKEN: "s3cret-token", ARKOR_CLOUD_API_URL: cloud.url };
  const error = await createTrainer(input, { ...context, env }).start().catch((e: unknown) => e);
  assert.ok(error instanceof Error);
  assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("s3cret"));
});

test("nor does one that cannot be sent (X5)", async (t) => {
  const { cloud, context } = await setup(t);
  const env = { ARKOR_TOKEN: "s3cret\ntoken", ARKOR_CLOUD_API_URL: cloud.url };
  await assert.rejects(createTrainer(input, { ...context, env }).start(), (error: Error) => {
    assert.deepEqual([error.name, error.message], ["AuthError", "The token is empty or holds a character that no token has."]);
    assert.equal(error.cause, undefined);
    return true;
  });
  assert.equal(cloud.seen.length, 0);
});

test("an address of the caller beats the one of arkor-auth (X3, T5)", async (t) => {
  const { cloud, auth, context, token } = await setup(t);
  auth.script({ token: token("t0", { apiUrl: "http://127.0.0.1:1" }) });
  const baseUrl = `${cloud.url}/`;
  assert.deepEqual(await createTrainer(input, { ...context, baseUrl }).start(), { jobId: "j1" });
});
