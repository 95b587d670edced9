import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { CloudApiClient } from "../src/client.ts";
import { credentials, FakeCloud, scope } from "./support/cloud.ts";

const deployment = {
  id: "e1",
  slug: "support-bot",
  orgId: "o1",
  projectId: "p1",
  target: { kind: "adapter", adapter: { kind: "final", jobId: "j1" } },
  authMode: "fixed_api_key",
  urlFormat: "openai_compat",
  enabled: true,
  customDomain: null,
  createdAt: "2026-03-04T05:06:07.000Z",
  updatedAt: "2026-03-04T05:06:07.000Z",
} as const;

const key = {
  id: "k1",
  label: "production",
  prefix: "ark_live_abcd1234",
  enabled: true,
  createdAt: "2026-03-04T05:06:07.000Z",
};

async function setup(t: TestContext): Promise<{ cloud: FakeCloud; client: CloudApiClient }> {
  const cloud = await FakeCloud.start(t);
  return { cloud, client: new CloudApiClient({ baseUrl: cloud.url, credentials }) };
}

test("an endpoint from its creation to its end", async (t) => {
  const { cloud, client } = await setup(t);
  const route = "/v1/endpoints/e1";
  cloud.reply("POST /v1/endpoints", 201, { deployment, more: 1 });
  cloud.reply("GET /v1/endpoints", 200, { deployments: [deployment] });
  cloud.reply(`GET ${route}`, 200, { deployment });
  cloud.reply(`PATCH ${route}`, 200, { deployment: { ...deployment, enabled: false } });
  cloud.on(`DELETE ${route}`, (_, response) => void response.writeHead(204).end());

  const { slug, target, authMode } = deployment;
  const input = { slug, target, authMode, runRetentionMode: "days", runRetentionDays: 30 } as const;
  assert.deepEqual(await client.createDeployment(scope, input), { deployment });
  assert.deepEqual(await client.listDeployments(scope), { deployments: [deployment] });
  assert.deepEqual(await client.getDeployment("e1", scope), { deployment });
  const changed = await client.updateDeployment("e1", scope, { enabled: false });
  assert.equal(changed.deployment.enabled, false);
  assert.equal(await client.deleteDeployment("e1", scope), undefined);

  assert.deepEqual(JSON.parse(cloud.requests("POST /v1/endpoints")[0]?.body ?? ""), input);
  assert.deepEqual(JSON.parse(cloud.requests(`PATCH ${route}`)[0]?.body ?? ""), { enabled: false });
});

test("a key from its creation to its end (K6)", async (t) => {
  const { cloud, client } = await setup(t);
  const { id, label, prefix, createdAt } = key;
  const made = { id, label, plaintext: "ark_live_abcd1234efgh5678", prefix, createdAt };
  cloud.reply("POST /v1/endpoints/e1/keys", 201, { key: made });
  const listed = [
    { ...key, plaintext: made.plaintext, extra: [1] },
    { ...key, enabled: false, lastUsedAt: "2026-03-05T00:00:00.000Z" },
  ];
  cloud.reply("GET /v1/endpoints/e1/keys", 200, { keys: listed });
  cloud.on("DELETE /v1/endpoints/e1/keys/k1", (_, response) => void response.writeHead(204).end());

  assert.deepEqual(await client.createDeploymentKey("e1", scope, { label }), { key: made });
  const { keys } = await client.listDeploymentKeys("e1", scope);
  assert.deepEqual(keys, [{ ...key, extra: [1], lastUsedAt: null }, listed[1]]);
  assert.equal(await client.revokeDeploymentKey("e1", "k1", scope), undefined);
});

test("the bodies of the refusals: a taken slug, a missing endpoint", async (t) => {
  const { cloud, client } = await setup(t);
  cloud.reply("POST /v1/endpoints", 409, { error: "Slug already taken", code: "slug_taken" });
  const input = { slug: "x1", target: { kind: "base_model", baseModel: "m" }, authMode: "none" } as const;
  await assert.rejects(client.createDeployment(scope, input), {
    name: "CloudApiError",
    status: 409,
    code: "slug_taken",
    message: "Slug already taken",
  });
  await assert.rejects(client.deleteDeployment("none", scope), { status: 404, message: "Not found" });
  assert.equal(cloud.requests("POST /v1/endpoints").length, 1, "nothing is repeated (K8)");
});

test("dates of test doubles become text, in endpoints and keys too (K7)", async () => {
  const at = new Date("2026-03-04T05:06:07Z");
  const answers: Record<string, unknown> = {
    "/v1/endpoints/e1": { deployment: { ...deployment, createdAt: at, updatedAt: at } },
    "/v1/endpoints/e1/keys": { keys: [{ ...key, createdAt: at, lastUsedAt: at }] },
  };
  const fetch = (async (url: string) => {
    const body = answers[new URL(url).pathname];
    return { ok: true, status: 200, headers: new Headers(), json: async () => body };
  }) as unknown as typeof globalThis.fetch;
  const client = new CloudApiClient({ baseUrl: "http://x", credentials, fetch });
  const { deployment: got } = await client.getDeployment("e1", scope);
  assert.deepEqual([got.createdAt, got.updatedAt], Array(2).fill(at.toISOString()));
  const { keys } = await client.listDeploymentKeys("e1", scope);
  assert.deepEqual([keys[0]?.createdAt, keys[0]?.lastUsedAt], Array(2).fill(at.toISOString()));
});

test("an id that would lead to another route is not sent", async (t) => {
  const { cloud, client } = await setup(t);
  for (const id of ["", ".", ".."]) {
    await assert.rejects(client.deleteDeployment(id, scope), { name: "TypeError", message: `"${id}" is not an id` });
    await assert.rejects(client.revokeDeploymentKey("e1", id, scope), TypeError);
  }
  assert.equal(cloud.seen.length, 0);
});
