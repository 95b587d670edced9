import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudApiClient } from "../src/client.ts";
import { UnsupportedModelError } from "../src/errors.ts";
import { createTrainer } from "../src/trainer.ts";
import { version } from "../src/version.ts";
import { credentials, FakeCloud, job, scope } from "./support/cloud.ts";
import { eachCase } from "./support/vectors.ts";

const config = { model: "any/model", datasetSource: { type: "huggingface", name: "d" } } as const;

test("requests carry client, token, scope and encoded segments", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: `${cloud.url}/`, credentials });
  cloud.reply("GET /v1/jobs/a/b?c", 200, { job: { ...job, id: "a/b?c" } });
  const { job: got } = await client.getJob("a/b?c", { ...scope, projectId: "p1" } as typeof scope);
  assert.equal(got.id, "a/b?c");
  const [request] = cloud.seen;
  assert.equal(request?.url, "/v1/jobs/a%2Fb%3Fc?orgSlug=acme+%26+co&projectSlug=support%2Fbot");
  assert.equal(request?.headers["x-arkor-client"], `arkor/${version}`);
  assert.equal(request?.headers.authorization, "Bearer t0");
  assert.equal(request?.headers["content-type"], undefined);
});

test("one slash at the end of the address is dropped, and no more", async () => {
  const urls: string[] = [];
  const fetch = (async (url: string) => {
    urls.push(url);
    return new Response("{}");
  }) as typeof globalThis.fetch;
  for (const baseUrl of ["http://x", "http://x/", "http://x/api//"]) {
    await new CloudApiClient({ baseUrl, credentials, fetch }).cancelJob("j", { orgSlug: "o", projectSlug: "p" });
  }
  const path = "/v1/jobs/j/cancel?orgSlug=o&projectSlug=p";
  assert.deepEqual(urls, [`http://x${path}`, `http://x${path}`, `http://x/api/${path}`]);
});

test("the token of each kind of credentials", async () => {
  const oauth = { mode: "oauth", accessToken: "ao" } as never;
  const anon = { mode: "anon", token: "an" } as never;
  const sent: (string | null)[] = [];
  const fetch = (async (_: unknown, init: RequestInit) => {
    sent.push((init.headers as Headers).get("authorization"));
    return new Response("{}", { status: 200 });
  }) as typeof globalThis.fetch;
  for (const credentials of [oauth, anon, { mode: "token", token: "at" } as const]) {
    await new CloudApiClient({ baseUrl: "http://x", credentials, fetch }).cancelJob("j", scope);
  }
  assert.deepEqual(sent, ["Bearer ao", "Bearer an", "Bearer at"]);
});

test("fetch and the token are taken when the client is made", async (t) => {
  const cloud = await FakeCloud.start(t);
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  const changing = { mode: "token", token: "t0" } as const;
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials: changing });
  (changing as { token: string }).token = "other";
  globalThis.fetch = () => Promise.reject(new Error("a later fetch"));
  assert.equal(await client.cancelJob("j1", scope), undefined);
});

test("a token that cannot be sent is refused without repeating it", () => {
  for (const token of ["", "s3cret\n", undefined]) {
    const credentials = { mode: "token", token } as { mode: "token"; token: string };
    assert.throws(() => new CloudApiClient({ baseUrl: "http://x", credentials }), (error: Error) => {
      assert.equal(error.name, "AuthError");
      return !`${error.stack}`.includes("s3cret");
    });
  }
});

test("a redirect is an error, and nothing follows it", async (t) => {
  const cloud = await FakeCloud.start(t);
  const other = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  cloud.reply("POST /v1/jobs", 307, {}, { Location: `${other.url}/v1/jobs` });
  const create = client.createJob({ ...scope, name: "n", config });
  await assert.rejects(create, { name: "CloudApiError", status: 307 });
  assert.equal(other.seen.length, 0);
});

test("jobs: create, get with events, cancel, stream", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  const created = await client.createJob({ ...scope, name: "n", config });
  assert.deepEqual(created.job, { ...job, startedAt: null, completedAt: null });
  const [create] = cloud.requests("POST /v1/jobs");
  assert.deepEqual(JSON.parse(create?.body ?? ""), { name: "n", config });
  assert.equal(create?.headers["content-type"], "application/json");
  assert.equal(create?.headers["idempotency-key"], undefined);

  cloud.reply("GET /v1/jobs/j1", 200, { job: { ...job, extra: 1 }, events: [{ id: "1" }], more: 2 });
  const got = await client.getJob("j1", scope);
  assert.deepEqual(got, {
    job: { ...job, extra: 1, startedAt: null, completedAt: null },
    events: [{ id: "1" }],
  });

  assert.equal(await client.cancelJob("j1", scope), undefined);

  cloud.stream({ body: "x" }, { body: "" }, { body: "" });
  const response = await client.openEventStream("j1", scope, { lastEventId: "7" });
  assert.equal(await response.text(), "x");
  await client.openEventStream("j1", scope, { lastEventId: "" });
  await client.openEventStream("j1", scope);
  assert.deepEqual(cloud.lastEventIds, ["7", null, null]);
  assert.equal(cloud.requests("GET /v1/jobs/j1/events/stream")[0]?.headers.accept, "text/event-stream");
});

test("projects: list and create", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  const project = { id: "p1", slug: "s", name: "n", orgId: "o1", extra: true };
  cloud.reply("GET /v1/projects", 200, { org: { id: "o1", slug: "acme" }, projects: [project] });
  cloud.reply("POST /v1/projects", 201, { project });
  assert.deepEqual(await client.listProjects("acme"), {
    org: { id: "o1", slug: "acme" },
    projects: [project],
  });
  assert.deepEqual(await client.createProject({ orgSlug: "acme", name: "n", slug: "s" }), { project });
  const [create] = cloud.requests("POST /v1/projects");
  assert.equal(create?.url, "/v1/projects?orgSlug=acme");
  assert.deepEqual(JSON.parse(create?.body ?? ""), { name: "n", slug: "s" });
});

test("chat hands out the raw answer", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  cloud.on("POST /v1/inference/chat", ({ body }, response) => void response.end(body));
  const body = { messages: [{ role: "user", content: "hi" }], baseModel: "m", stream: false } as const;
  const response = await client.chat({ scope, body });
  assert.equal(response.bodyUsed, false);
  assert.deepEqual(await response.json(), body);
});

test("a refusal carries status, message and code", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  cloud.reply("POST /v1/projects", 409, { error: "Slug already taken", code: "slug_taken" });
  await assert.rejects(client.createProject({ orgSlug: "o", name: "n", slug: "s" }), (error: Error) => {
    assert.match(error.stack ?? "", /^CloudApiError: Slug already taken\n/);
    return true;
  });
  cloud.tokens = [];
  await assert.rejects(client.getJob("j1", scope), { name: "CloudApiError", status: 401, code: "unauthorized" });
  assert.equal(cloud.requests("GET /v1/jobs/j1").length, 1);
});

test("network errors and aborts pass through unchanged", async (t) => {
  const failure = new TypeError("fetch failed");
  const fetch = (() => Promise.reject(failure)) as typeof globalThis.fetch;
  const client = new CloudApiClient({ baseUrl: "http://x", credentials, fetch });
  assert.equal(await client.getJob("j", scope).catch((error: unknown) => error), failure);

  const cloud = await FakeCloud.start(t);
  const reason = new Error("enough");
  const real = new CloudApiClient({ baseUrl: cloud.url, credentials });
  const options = { signal: AbortSignal.abort(reason) };
  assert.equal(await real.openEventStream("j1", scope, options).catch((e: unknown) => e), reason);
});

test("an answer that is not JSON, and one that breaks off", async (t) => {
  const cloud = await FakeCloud.start(t);
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  cloud.on("GET /v1/jobs/j1", (_, response) => void response.end("<html>"));
  await assert.rejects(client.getJob("j1", scope), { name: "ResponseShapeError", message: /it is not JSON/ });
  cloud.on("GET /v1/jobs/j1", (_, response) => {
    response.writeHead(200, { "Content-Length": "100" });
    response.write("{", () => response.socket?.destroy());
  });
  await assert.rejects(client.getJob("j1", scope), { name: "TypeError" });
});

test("an error without end is read up to a bound", async (t) => {
  const cloud = await FakeCloud.start(t);
  const closed = new Promise((resolve) => {
    cloud.on("GET /v1/jobs/j1", (_, response) => {
      response.writeHead(500).on("close", resolve);
      const more = (): void => void (response.destroyed || response.write("x".repeat(1 << 16), more));
      more();
    });
  });
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  await assert.rejects(client.getJob("j1", scope), (error: Error & { status?: number }) => {
    assert.deepEqual([error.name, error.status, error.message.length], ["CloudApiError", 500, 1 << 20]);
    return true;
  });
  await closed;
});

test("an error whose body breaks off is told by its status (K2)", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.on("GET /v1/jobs/j1", (_, response) => {
    response.writeHead(500, { "Content-Length": "100" });
    response.write("half a rea", () => response.socket?.destroy());
  });
  const client = new CloudApiClient({ baseUrl: cloud.url, credentials });
  await assert.rejects(client.getJob("j1", scope), { name: "CloudApiError", message: "cloud-api 500" });
});

test("dates of test doubles become text", async () => {
  const createdAt = new Date("2026-03-04T05:06:07Z");
  const response = { ok: true, status: 200, headers: new Headers(), json: async () => ({ job: { ...job, createdAt } }) };
  const fetch = (async () => response) as unknown as typeof globalThis.fetch;
  const client = new CloudApiClient({ baseUrl: "http://x", credentials, fetch });
  assert.equal((await client.getJob("j1", scope)).job.createdAt, "2026-03-04T05:06:07.000Z");
});

test("a deprecation notice reaches the handler, whose failures change nothing", async (t) => {
  const cloud = await FakeCloud.start(t);
  const headers = { Deprecation: "true", Warning: '299 - "old"', Sunset: "soon" };
  cloud.reply("GET /v1/jobs/j1", 404, { error: "gone" }, headers);
  const notices: unknown[] = [];
  const refuse = (onDeprecation: (notice: unknown) => unknown): Promise<void> =>
    assert.rejects(
      new CloudApiClient({ baseUrl: cloud.url, credentials, onDeprecation }).getJob("j1", scope),
      { status: 404 },
    );
  await refuse((notice) => notices.push(notice));
  await refuse(() => {
    throw new Error("mine");
  });
  await refuse(() => Promise.reject(new Error("mine")));
  const notice = { version, message: "old", sunset: "soon" };
  assert.deepEqual(notices, [notice]);

  await assert.rejects(new CloudApiClient({ baseUrl: cloud.url, credentials }).getJob("j1", scope));
  const global = globalThis as { [key: symbol]: unknown };
  assert.deepEqual(global[Symbol.for("arkor.deprecation")], notice);
});

test("a model folder that is not absolute gets a hint of its own", async (t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("GET /v1/models", 200, { models: [{ id: "arkor/tiny", capabilities: { train: true } }] });
  const dataset = { type: "huggingface", name: "d" } as const;
  for (const [model, hint] of [
    ["./models/mine", /absolute path/],
    ["~/models/mine", /absolute path/],
    ["acme/mine", /`arkor backend pull owner\/name`/],
  ] as const) {
    const starting = createTrainer({ name: "n", model, dataset }, cloud.context).start();
    await assert.rejects(starting, { name: "UnsupportedModelError", hint });
  }
});

eachCase<
  { status: number; model: string; body?: unknown },
  { message: string | null }
>("models.json", ["status", "model", "body"], ["message"], async ({ status, model, body }, out, t) => {
  const cloud = await FakeCloud.start(t);
  cloud.reply("GET /v1/models", status, body ?? { error: "no" });
  const dataset = { type: "huggingface", name: "d" } as const;
  const starting = createTrainer({ name: "n", model, dataset }, cloud.context).start();
  if (out.message === null) {
    assert.deepEqual(await starting, { jobId: "j1" });
  } else {
    const message = out.message;
    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof UnsupportedModelError);
      assert.equal(error.message, message);
      return true;
    });
    assert.equal(cloud.requests("POST /v1/jobs").length, 0);
  }
  assert.equal(cloud.requests("GET /v1/models").length, 1);
});
