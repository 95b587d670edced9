import assert from "node:assert/strict";
import { requestAnonymousToken } from "../src/anonymous.ts";
import { CloudApiClient } from "../src/client.ts";
import { version } from "../src/version.ts";
import { credentials, scope } from "./support/cloud.ts";
import { eachCase, wire } from "./support/vectors.ts";

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** A client whose server answers everything with one body, and what it was asked. */
function clientOf(body: unknown): { methods: Methods; seen: Request[] } {
  const seen: Request[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    seen.push(new Request(url, init));
    return new Response(JSON.stringify(body), { status: 200 });
  }) as typeof globalThis.fetch;
  const client = new CloudApiClient({ baseUrl: "http://x", credentials, fetch });
  return { methods: client as unknown as Methods, seen };
}

/** The headers that differ between requests. */
const telling = ["Accept", "Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"];

eachCase<
  { call: string; args: unknown[] },
  { method: string; path: string[]; query: unknown; headers: unknown; body: unknown }
>(
  "requests.json",
  ["call", "args"],
  ["method", "path", "query", "headers", "body"],
  async ({ call, args }, out, t) => {
    // What comes of an answer that says nothing is not the question.
    const { methods, seen } = clientOf({});
    if (call === "requestAnonymousToken") {
      const { fetch } = globalThis;
      t.after(() => (globalThis.fetch = fetch));
      globalThis.fetch = (async (url: string, init: RequestInit) => {
        seen.push(new Request(url, init));
        return new Response("{}");
      }) as typeof fetch;
      await requestAnonymousToken("http://x", ...(args as ["cli"])).catch(() => undefined);
    } else {
      await methods[call]?.(...args).catch(() => undefined);
    }
    const [request] = seen;
    assert.ok(request !== undefined && seen.length === 1);
    assert.equal(request.headers.get("X-Arkor-Client"), `arkor/${version}`);
    const url = new URL(request.url);
    const sent = telling.map((name) => [name, request.headers.get(name)] as const);
    assert.deepEqual(
      {
        method: request.method,
        path: url.pathname.slice(1).split("/").map(decodeURIComponent),
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(sent.filter(([, value]) => value !== null && value !== "*/*")),
        body: request.body === null ? null : await request.json(),
      },
      out,
    );
  },
);

/** Arguments of the calls whose answers are checked. */
const args: Readonly<Record<string, readonly unknown[]>> = {
  getJob: ["x", scope],
  createJob: [{ ...scope, name: "n", config: { model: "m" } }],
  listProjects: ["acme"],
  createProject: [{ orgSlug: "acme", name: "n", slug: "s" }],
  listDeployments: [scope],
  getDeployment: ["x", scope],
  createDeployment: [scope, {}],
  updateDeployment: ["x", scope, {}],
  listDeploymentKeys: ["x", scope],
  createDeploymentKey: ["x", scope, { label: "l" }],
};

eachCase<{ call: string; body: unknown }, { value?: unknown; problem?: string }>(
  "responses.json",
  ["call", "body"],
  ["value", "problem"],
  async ({ call, body }, out) => {
    const { methods } = clientOf(body);
    const answer = methods[call]?.(...(args[call] ?? assert.fail(`no such call: ${call}`)));
    if (out.problem === undefined) return assert.deepEqual(wire(await answer), out.value);
    const { problem } = out;
    await assert.rejects(answer ?? assert.fail(), (error: Error & { code?: string }) => {
      assert.deepEqual([error.name, error.code], ["ResponseShapeError", "unexpected_response"]);
      assert.match(error.message, /^unexpected answer to [A-Z]+ \/v1\//);
      assert.ok(error.message.endsWith(`: ${problem}`), error.message);
      return true;
    });
  },
);
