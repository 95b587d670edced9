import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";

import { labelFits, lookForSlug, retentionFields, slugProblem } from "../src/endpoints/fields.ts";
import { addressesOf, languages, sampleOf } from "../src/endpoints/samples.ts";
import { parseDeployment, parseDeployments, parseKeys, parseNewKey, targetLine, targetOf } from "../src/endpoints/shapes.ts";
import { newest } from "../src/endpoints/subject.ts";

test("EP1, EP3: the list keeps what can be shown, and says when there is no project", () => {
  const list = parseDeployments({ deployments: [{ id: "e", slug: "<b>", enabled: true, authMode: "none" }, { slug: "no id" }, null] });
  assert.deepEqual(
    list.endpoints.map(({ id, slug, enabled, target, url }) => ({ id, slug, enabled, target, url })),
    [{ id: "e", slug: "<b>", enabled: true, target: null, url: null }],
  );
  assert.equal(list.scopeMissing, false);
  assert.equal(parseDeployments({ deployments: [], scopeMissing: true }).scopeMissing, true);
  assert.throws(() => parseDeployment({}), /holds no endpoint/);
});

test("EP2: a target says what answers, and is sent as it was read", () => {
  const targets = [
    [{ kind: "adapter", adapter: { kind: "final", jobId: "0123456789" } }, "Final adapter (job 01234567)"],
    [{ kind: "adapter", adapter: { kind: "checkpoint", jobId: "0123456789", step: 0 } }, "Checkpoint step 0 (job 01234567)"],
    [{ kind: "base_model", baseModel: "org/m" }, "Base model: org/m"],
  ] as const;
  for (const [raw, line] of targets) {
    const { target } = parseDeployment({ deployment: { id: "e", target: raw } });
    assert.equal(targetLine(target), line);
    assert.deepEqual(target && targetOf(target), raw);
  }
  for (const raw of [{ kind: "newer" }, { kind: "adapter", adapter: { kind: "checkpoint", jobId: "j" } }, null]) {
    assert.equal(parseDeployment({ deployment: { id: "e", target: raw } }).target, null);
  }
});

test("EP5: slugs follow the server's rules, and those of the project are taken", () => {
  for (const slug of ["ab", "support-bot", "0-9", "a".repeat(50)]) assert.equal(slugProblem(slug, []), "", slug);
  for (const slug of ["", "a", "-a", "a-", "a_b", "A1", "a b", "ä1", "a".repeat(51)]) assert.notEqual(slugProblem(slug, []), "", slug);
  assert.match(slugProblem("mine", ["mine"]), /has an endpoint of that name/);
});

test("EP18: days go with the mode that counts them, and are whole", () => {
  assert.deepEqual(retentionFields({ mode: "days", days: " 30 " }), { runRetentionMode: "days", runRetentionDays: 30 });
  assert.deepEqual(retentionFields({ mode: "unlimited", days: "7" }), { runRetentionMode: "unlimited" });
  for (const days of ["0", "", "1.5", "-1", "x"]) assert.equal(retentionFields({ mode: "days", days }), null, days);
});

test("EP7: a request that was called off is looked for six times, until it shows or the list fails", async () => {
  let asked = 0;
  let paused = 0;
  const pause = async (): Promise<void> => void paused++;
  assert.equal(await lookForSlug("s", async () => (asked++, []), pause), false);
  assert.deepEqual([asked, paused], [6, 6]);
  asked = 0;
  assert.equal(await lookForSlug("s", async () => (++asked === 2 ? ["s"] : ["other"]), pause), true);
  assert.equal(asked, 2);
  asked = 0;
  assert.equal(await lookForSlug("s", async () => Promise.reject(new Error(String(++asked))), pause), false);
  assert.equal(asked, 1);
});

test("EP10: a change beats a load that started before it, and not one that started behind it", () => {
  assert.equal(newest<string>(null, null), null);
  assert.equal(newest({ at: 0, value: "loaded" }, null), "loaded");
  assert.equal(newest(null, { at: 1, value: "put" }), "put");
  assert.equal(newest({ at: 0, value: "loaded" }, { at: 1, value: "put" }), "put");
  assert.equal(newest({ at: 1, value: "loaded" }, { at: 1, value: "put" }), "loaded");
});

test("EP15, EP16, D12: a new key is told once; a list tells none", () => {
  const made = parseNewKey({ key: { id: "k", label: "l", prefix: "ark_", plaintext: "ark_live_x", createdAt: "2026-01-02T03:04:05Z" } });
  assert.deepEqual([made.plaintext, made.key.enabled, made.key.lastUsedAt], ["ark_live_x", true, null]);
  assert.throws(() => parseNewKey({ key: { id: "k" } }), /holds no key/);
  const [listed] = parseKeys({ keys: [{ id: "k", plaintext: "secret", enabled: false, lastUsedAt: "2026-01-02T03:04:05Z" }, {}] });
  assert.deepEqual(listed, { id: "k", label: "", prefix: "", enabled: false, createdAt: "", lastUsedAt: "2026-01-02T03:04:05Z" });
});

test("EP15: labels have 1 to 80 characters", () => {
  assert.deepEqual([labelFits(" "), labelFits(" a "), labelFits("😀".repeat(80)), labelFits("a".repeat(81))], [false, true, true, false]);
});

test("EP11: addresses are the server's, with and without what is behind /v1", () => {
  const full = { base: "https://h/e/s/v1", chat: "https://h/e/s/v1/chat/completions" };
  for (const url of ["https://h/e/s", "https://h/e/s/", "https://h/e/s/v1", "https://h/e/s/v1/chat/completions"]) assert.deepEqual(addressesOf(url), full, url);
  for (const url of ["", "no", "javascript:alert(1)", "//h"]) assert.equal(addressesOf(url), null, url);
});

const endpointAt = (url: string) => ({ addresses: addressesOf(url) ?? assert.fail("no address"), slug: "s" });

test("EP12: samples name the key where one is needed, and say where none is", () => {
  const at = endpointAt("https://h/e/s");
  for (const language of languages) {
    const closed = sampleOf(language, { ...at, needsKey: true, streams: false });
    assert.match(closed, /YOUR_API_KEY/, language);
    assert.match(closed, language === "cURL" ? /'https:\/\/h\/e\/s\/v1\/chat\/completions'/ : /"https:\/\/h\/e\/s\/v1"/);
    const open = sampleOf(language, { ...at, needsKey: false, streams: true });
    assert.doesNotMatch(open, /YOUR_API_KEY/, language);
    assert.match(open, language === "cURL" ? /"stream":true/ : /not-required.*wants no key/);
  }
});

test("EP12: samples run as shown", async (t) => {
  const asked: { path: string | undefined; key: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push({ path: request.url, key: request.headers.authorization, body });
      response.end("answered");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const at = endpointAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/e/it's`);
  const run = promisify(execFile);
  const { stdout } = await run("sh", ["-c", sampleOf("cURL", { ...at, needsKey: true, streams: false })]);
  assert.equal(stdout, "answered");
  assert.deepEqual(asked, [
    { path: "/e/it's/v1/chat/completions", key: "Bearer YOUR_API_KEY", body: '{"model":"s","messages":[{"role":"user","content":"Hello"}]}' },
  ]);
  for (const streams of [false, true]) {
    const checked = run("node", ["--check", "--input-type=module"]);
    checked.child.stdin?.end(sampleOf("JavaScript", { ...at, needsKey: streams, streams }));
    await checked;
  }
});
