import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Credentials } from "../src/credentials.ts";
import {
  credentialsPath,
  defaultArkorCloudApiUrl,
  ensureCredentials,
  readCredentials,
  requestAnonymousToken,
  writeCredentials,
} from "../src/index.ts";
import { FakeCloud } from "./support/cloud.ts";
import { eachCase } from "./support/vectors.ts";

const windows = process.platform === "win32";

const anon = {
  mode: "anon",
  token: "anon_t0k",
  anonymousId: "an_1",
  arkorCloudApiUrl: "https://api.example.test",
  orgSlug: "anon-1f2e",
} as const;

/** A user with a home of their own and nothing on PATH; says what went to stderr. */
function user(t: TestContext, env: Record<string, string> = {}): { home: string; stderr: string[] } {
  const home = mkdtempSync(join(tmpdir(), "arkor-home-"));
  const before = { ...process.env };
  const write = process.stderr.write;
  const stderr: string[] = [];
  process.stderr.write = ((text: string) => stderr.push(text) > 0) as typeof write;
  for (const name of ["ARKOR_TOKEN", "ARKOR_AUTH_BIN", "ARKOR_CLOUD_API_URL"]) delete process.env[name];
  Object.assign(process.env, { HOME: home, USERPROFILE: home, PATH: "" }, env);
  t.after(() => {
    process.stderr.write = write;
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(home, { recursive: true, force: true });
  });
  return { home, stderr };
}

function put(home: string, text: string): string {
  const path = join(home, ".arkor", "credentials.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test("credentials are written whole, private, in a folder made for them, and read back", async (t) => {
  const { home, stderr } = user(t);
  const path = join(home, ".arkor", "credentials.json");
  assert.equal(credentialsPath(), path);
  assert.equal(await readCredentials(), null);
  await writeCredentials(anon);
  assert.equal(readFileSync(path, "utf8"), JSON.stringify(anon, null, 2));
  assert.deepEqual(await readCredentials(), anon);
  const other = { ...anon, token: "t2", extra: [1] };
  await writeCredentials(other);
  assert.deepEqual(await readCredentials(), other);
  assert.deepEqual(readdirSync(dirname(path)), ["credentials.json"]);
  assert.deepEqual(stderr, []);
  if (!windows) {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  }
});

test("the home is looked up on each call", (t) => {
  const { home } = user(t);
  const first = credentialsPath();
  process.env["HOME"] = process.env["USERPROFILE"] = join(home, "other");
  assert.notEqual(credentialsPath(), first);
});

test("a link to the credentials stays one", { skip: windows }, async (t) => {
  const { home } = user(t);
  const real = join(home, "real.json");
  writeFileSync(real, JSON.stringify(anon));
  mkdirSync(join(home, ".arkor"));
  symlinkSync(real, credentialsPath());
  await writeCredentials({ ...anon, token: "t2" });
  assert.match(readFileSync(real, "utf8"), /"t2"/);
});

test("what cannot be read is an error, and is not replaced", async (t) => {
  const { home } = user(t);
  mkdirSync(join(home, ".arkor", "credentials.json"), { recursive: true });
  await assert.rejects(readCredentials(), { code: "EISDIR" });
  await assert.rejects(writeCredentials(anon), { code: "EISDIR" });
  await assert.rejects(ensureCredentials(), { code: "EISDIR" });
  assert.deepEqual(readdirSync(join(home, ".arkor")), ["credentials.json"]);
});

test("what this release cannot use is neither used nor overwritten", async (t) => {
  const { home } = user(t);
  for (const [text, why] of [
    ['{"mode":"passkey","token":"t"}', 'its mode "passkey" is not known to this release'],
    ['{"mode":"token","token":"t"}', 'its mode "token" is not known to this release'],
    ["{}", 'its mode "" is not known to this release'],
    ["[]", "it does not hold an object"],
    ['{"mode":"oauth","token":"t"}', "it holds no token"],
    ['{"mode":"anon","token":"a\\nb"}', "its token holds a character that no token has"],
  ] as const) {
    const path = put(home, text);
    const refusal = { name: "AuthError", code: "auth_failed", message: `${path} cannot be used: ${why}` };
    await assert.rejects(readCredentials(), refusal);
    await assert.rejects(writeCredentials(anon), refusal);
    await assert.rejects(ensureCredentials(), refusal);
    assert.equal(readFileSync(path, "utf8"), text);
  }
});

test("a bare token is never stored (X4)", async (t) => {
  user(t);
  await assert.rejects(writeCredentials({ mode: "token", token: "s3cret" }), (error: Error) => {
    assert.deepEqual([error.name, error.message], ["AuthError", 'Credentials of mode "token" are never stored.']);
    return true;
  });
  assert.ok(!existsSync(credentialsPath()));
});

test("a failed write leaves the old file and nothing beside it", { skip: windows }, async (t) => {
  const { home } = user(t);
  const path = put(home, JSON.stringify(anon));
  if (process.getuid?.() === 0) return t.skip("root may write anywhere");
  chmodSync(dirname(path), 0o500);
  await assert.rejects(writeCredentials({ ...anon, token: "t2" }), { code: "EACCES" });
  chmodSync(dirname(path), 0o700);
  assert.deepEqual(await readCredentials(), anon);
  assert.deepEqual(readdirSync(dirname(path)), ["credentials.json"]);
});

test("12: the mode of the file does not depend on the umask", { skip: windows }, async (t) => {
  user(t);
  const before = process.umask(0o777);
  t.after(() => process.umask(before));
  mkdirSync(dirname(credentialsPath()));
  chmodSync(dirname(credentialsPath()), 0o700);
  await writeCredentials(anon);
  assert.equal(statSync(credentialsPath()).mode & 0o777, 0o600);
});

test("12: a mode that cannot be set is worth a warning", async (t) => {
  const { home, stderr } = user(t);
  const file = await open(join(home, "any"), "w");
  await file.close();
  const handle = Object.getPrototypeOf(file) as typeof file;
  t.mock.method(handle, "chmod", () => Promise.reject(new Error("not here")));
  await writeCredentials(anon);
  assert.deepEqual(await readCredentials(), anon);
  assert.deepEqual(stderr, [`arkor: warning: could not set permissions on ${credentialsPath()}: not here\n`]);
});

test("a new anonymous identity: the request, and the answer", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("POST /v1/auth/anonymous", 201, {
    token: "anon_1",
    anonymousId: "an_1",
    kind: "web",
    personalOrg: { id: "o", slug: "anon-1", name: "Personal" },
  });
  assert.deepEqual(await requestAnonymousToken(`${cloud.url}//`, "web"), {
    token: "anon_1",
    anonymousId: "an_1",
    kind: "web",
    orgSlug: "anon-1",
  });
  const [request] = cloud.seen;
  assert.equal(request?.url, "/v1/auth/anonymous");
  assert.deepEqual(JSON.parse(request?.body ?? ""), { kind: "web" });
  assert.equal(request?.headers.authorization, undefined);
  assert.match(String(request?.headers["x-arkor-client"]), /^arkor\//);
});

test("a refused anonymous identity says why, cut between characters", async (t) => {
  const cloud = await FakeCloud.start(t);
  const body = `x${"😀".repeat(600)}`;
  cloud.on("POST /v1/auth/anonymous", (_, response) => void response.writeHead(403).end(body));
  await assert.rejects(requestAnonymousToken(cloud.url), (error: Error & { status?: number; code?: string }) => {
    const message = `Failed to acquire anonymous token (403): x${"😀".repeat(499)}`;
    const { name, status, code } = error;
    assert.deepEqual([name, status, code, error.message], ["AnonymousTokenRejectedError", 403, "anonymous_rejected", message]);
    return true;
  });
  cloud.on("POST /v1/auth/anonymous", (_, response) => void response.writeHead(426).end("<html>"));
  await assert.rejects(requestAnonymousToken(cloud.url), { status: 426, message: /no longer supported.*Run `/ });
  cloud.reply("POST /v1/auth/anonymous", 201, { token: "t", anonymousId: "a", kind: "cli" });
  await assert.rejects(requestAnonymousToken(cloud.url), { name: "ResponseShapeError" });
});

/** A cloud that makes one anonymous identity after the other. */
async function minting(t: TestContext): Promise<FakeCloud> {
  const cloud = await FakeCloud.start(t);
  let made = 0;
  cloud.on("POST /v1/auth/anonymous", (_, response) => {
    const id = String(++made);
    const personalOrg = { id: "o", slug: `anon-${id}`, name: "Personal" };
    response.writeHead(201).end(JSON.stringify({ token: `t${id}`, anonymousId: id, kind: "cli", personalOrg }));
  });
  return cloud;
}

test("without binary, token and file an anonymous identity is made and kept", async (t) => {
  const cloud = await minting(t);
  const { stderr } = user(t, { ARKOR_CLOUD_API_URL: `${cloud.url}/` });
  const made = { mode: "anon", token: "t1", anonymousId: "1", arkorCloudApiUrl: cloud.url, orgSlug: "anon-1" };
  assert.deepEqual(await ensureCredentials(), made);
  assert.deepEqual(await readCredentials(), made);
  assert.deepEqual(await ensureCredentials(), made);
  assert.deepEqual(cloud.seen.map(({ body }) => body), ['{"kind":"cli"}']);
  assert.deepEqual(stderr, []);
});

test("a refused bootstrap leaves no file", async (t) => {
  const cloud = await FakeCloud.start(t);
  user(t, { ARKOR_CLOUD_API_URL: cloud.url });
  cloud.reply("POST /v1/auth/anonymous", 403, { error: "no" });
  await assert.rejects(ensureCredentials(), { name: "AnonymousTokenRejectedError", status: 403 });
  assert.ok(!existsSync(credentialsPath()));
});

test("a corrupt file is replaced once there is something better, and said so", async (t) => {
  const cloud = await minting(t);
  const { home, stderr } = user(t, { ARKOR_CLOUD_API_URL: cloud.url });
  const path = put(home, "{half");
  assert.equal(await readCredentials(), null);
  assert.deepEqual(stderr, []);
  assert.equal((await ensureCredentials()).mode, "anon");
  const warning = `arkor: warning: ${path} could not be parsed and is being replaced. Run \`arkor login\` to sign in again.\n`;
  assert.equal(stderr[0], warning);
  const [, aside] = /^arkor: warning: its content is kept in (.+)\n$/.exec(stderr[1] ?? "") ?? [];
  assert.equal(readFileSync(aside ?? "", "utf8"), "{half");
  assert.equal(stderr.length, 2);
});

test("ARKOR_TOKEN does where there is no binary, and is not stored", async (t) => {
  user(t, { ARKOR_TOKEN: " t0\n" });
  assert.deepEqual(await ensureCredentials(), { mode: "token", token: "t0" });
  assert.ok(!existsSync(credentialsPath()));
});

test("a stored sign-in goes to the address it was issued by and to no other", async (t) => {
  const { home } = user(t, { ARKOR_CLOUD_API_URL: "https://elsewhere.test" });
  put(home, JSON.stringify(anon));
  await assert.rejects(ensureCredentials(), {
    name: "AuthError",
    message:
      "The stored sign-in is for https://api.example.test and goes nowhere else; ARKOR_CLOUD_API_URL says https://elsewhere.test.",
  });
});

test("arkor-auth decides where it is installed (X6)", { skip: windows }, async (t) => {
  const { home } = user(t);
  const bin = join(home, "arkor-auth");
  const answer = (fields: object): void => {
    writeFileSync(bin, `#!/bin/sh\necho "$@" >> "$HOME/runs"\necho '${JSON.stringify(fields)}'\n`);
    chmodSync(bin, 0o755);
  };
  process.env["ARKOR_AUTH_BIN"] = bin;
  put(home, JSON.stringify(anon));
  answer({ token: anon.token, mode: "anon", apiUrl: anon.arkorCloudApiUrl, orgSlug: anon.orgSlug });
  assert.deepEqual(await ensureCredentials(), anon);
  // One that could not be stored, the local backend's, and one that passed through.
  for (const [fields, want] of [
    [
      { token: "renewed", mode: "oauth", apiUrl: "https://a.test" },
      { mode: "token", token: "renewed", arkorCloudApiUrl: "https://a.test" },
    ],
    [
      { token: anon.token, mode: "local", apiUrl: "http://127.0.0.1:1", orgSlug: "local" },
      { mode: "token", token: anon.token, arkorCloudApiUrl: "http://127.0.0.1:1", orgSlug: "local" },
    ],
  ]) {
    answer(fields ?? {});
    assert.deepEqual(await ensureCredentials(), want);
  }
  assert.equal(readFileSync(join(home, "runs"), "utf8"), "token --json\n".repeat(3));
  writeFileSync(bin, "#!/bin/sh\necho 'arkor-auth token: no network' >&2\nexit 1\n");
  await assert.rejects(ensureCredentials(), { name: "AuthError", code: "auth_failed", message: "no network" });
});

test("the address: environment, credentials, managed cloud", (t) => {
  user(t);
  assert.equal(defaultArkorCloudApiUrl(), "https://api.arkor.ai");
  assert.equal(defaultArkorCloudApiUrl(null), "https://api.arkor.ai");
  assert.equal(defaultArkorCloudApiUrl({ ...anon, arkorCloudApiUrl: "" }), "");
  assert.equal(defaultArkorCloudApiUrl({ ...anon, arkorCloudApiUrl: 7 } as unknown as Credentials), "https://api.arkor.ai");
  process.env["ARKOR_CLOUD_API_URL"] = "";
  assert.equal(defaultArkorCloudApiUrl(anon), "");
});

eachCase<
  { file: string | null; env: Record<string, string> },
  { credentials: Credentials | null; unusable: boolean; address: string }
>(
  "credentials.json",
  ["file", "env"],
  ["credentials", "unusable", "address"],
  async ({ file, env }, out, t) => {
    const { home, stderr } = user(t, env);
    if (file !== null) put(home, file);
    if (out.unusable) {
      await assert.rejects(readCredentials(), { name: "AuthError", code: "auth_failed" });
    } else {
      assert.deepEqual(await readCredentials(), out.credentials);
    }
    assert.equal(defaultArkorCloudApiUrl(out.credentials), out.address);
    assert.deepEqual(stderr, []);
  },
);
