import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError, errorOf } from "../src/net/api.ts";
import { Link } from "../src/net/link.ts";
import { nextProbe, Poll, slowed, type PollState } from "../src/net/poll.ts";
import { Seen } from "../src/net/seen.ts";

function answering(...answers: (Response | Error)[]): { api: Api; link: Link; asked: Request[] } {
  const asked: Request[] = [];
  const link = new Link();
  const fetcher = async (path: string, init: RequestInit): Promise<Response> => {
    asked.push(new Request("http://localhost:4000" + path, init));
    const answer = answers.shift();
    assert.ok(answer, "one question too many");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { api: new Api("secret-token", link, fetcher as typeof fetch), link, asked };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });

test("U10: every request carries the token in a header, and bodies are JSON", async () => {
  const { api, asked } = answering(json(200, { a: 1 }), json(202, {}));
  assert.deepEqual(await api.get("/api/jobs"), { a: 1 });
  await api.post("/api/runs", { dryRun: true });
  assert.equal(asked[0]?.headers.get("X-Arkor-Studio-Token"), "secret-token");
  assert.equal(asked[1]?.headers.get("X-Arkor-Studio-Token"), "secret-token");
  assert.equal(await asked[1]?.text(), '{"dryRun":true}');
});

test("U11: an error is the server's own words, with code and hint", async () => {
  const { api } = answering(json(409, { error: "the job is running", code: "job_active", hint: "cancel it first" }));
  await assert.rejects(api.delete("/api/jobs/a"), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.message, error.code, error.hint], [409, "the job is running", "job_active", "cancel it first"]);
    return true;
  });
});

test("U11: an answer without words of its own is its status", () => {
  assert.equal(errorOf(500, "Internal Server Error", "").message, "500 Internal Server Error");
  assert.equal(errorOf(502, "Bad Gateway", "<html>proxy</html>").message, "502 Bad Gateway");
  assert.equal(errorOf(400, "Bad Request", "no such thing\n").message, "no such thing");
  assert.equal(errorOf(500, "Internal Server Error", "x".repeat(501)).message, "500 Internal Server Error");
  assert.equal(errorOf(400, "Bad Request", '{"error":7}').message, '{"error":7}');
});

test("U12: the refusal of another launch's token means a restart, another 403 does not", async () => {
  const { api, link } = answering(json(403, { error: "not yours" }), json(403, { error: "Missing or invalid studio token" }));
  await assert.rejects(api.get("/api/jobs"));
  assert.equal(link.state.get().server, "up");
  await assert.rejects(api.get("/api/jobs"));
  assert.equal(link.state.get().server, "restarted");
});

test("U13: without an answer Studio has stopped, until there is one again", async () => {
  const { api, link } = answering(new TypeError("fetch failed"), json(200, {}));
  await assert.rejects(api.get("/api/jobs"), /Studio does not answer/);
  assert.equal(link.state.get().server, "stopped");
  await api.get("/api/jobs");
  assert.equal(link.state.get().server, "up");
  assert.equal(link.returned.get(), 1);
});

test("A12: 502 and 503 say that the backend is away, until one of its routes answers", () => {
  const link = new Link();
  link.heard("/api/jobs?limit=5", 502, "Could not reach 127.0.0.1:7777: refused");
  assert.equal(link.state.get().backend, "Could not reach 127.0.0.1:7777: refused");
  link.heard("/api/runs", 200, null);
  assert.notEqual(link.state.get().backend, null);
  link.heard("/api/jobs/a", 404, "no such job");
  assert.equal(link.state.get().backend, null);
  link.heard("/api/jobs", 503, "arkor-auth is not installed");
  assert.equal(link.state.get().backend, "arkor-auth is not installed");
  link.heard("/api/jobs", 500, "Studio backend error");
  assert.equal(link.state.get().backend, null);
  link.heard("/api/manifest", 503, "arkor-build is not installed");
  assert.equal(link.state.get().backend, null);
  link.heard("/api/credentials", 503, "arkor-backend is not installed", "install it");
  assert.equal(link.state.get().hint, "install it");
  link.heard("/api/runs", 200, null);
  assert.equal(link.state.get().hint, "install it");
  link.heard("/api/credentials", 200, null);
  assert.equal(link.state.get().hint, "");
});

test("U13, PG12: a question that was called off says nothing of the server, nor does one that was answered count as a return", async () => {
  const { api, link } = answering(new DOMException("aborted", "AbortError"), json(200, {}), json(500, {}));
  await assert.rejects(api.get("/api/jobs", AbortSignal.abort()), /aborted/);
  assert.equal(link.state.get().server, "up");
  await api.get("/api/jobs");
  await assert.rejects(api.get("/api/jobs"), ApiError);
  assert.equal(link.returned.get(), 0);
});

test("A8, U14: the latest notice wins", async () => {
  const notice = (text: string, sunset: string): Response => json(200, {}, { Deprecation: "true", Warning: `299 - "${text}"`, Sunset: sunset });
  const { api, link } = answering(notice("old", "soon"), json(200, {}), notice("older", "soon"), notice("older", "sooner"), json(200, {}, { Deprecation: "true" }));
  const said: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    await api.get("/api/jobs");
    said.push(link.state.get().notice);
  }
  assert.deepEqual(said, [
    { text: "old", sunset: "soon" },
    { text: "old", sunset: "soon" },
    { text: "older", sunset: "soon" },
    { text: "older", sunset: "sooner" },
    { text: "This release of Arkor is deprecated", sunset: null },
  ]);
});

test("U14, A8: only Deprecation: true is a notice", async () => {
  const warning = { Warning: '299 - "Arkor 0.1 is \\"old\\""', Sunset: "Sat, 1 May 2027 00:00:00 GMT" };
  const { api, link } = answering(json(200, {}, warning), json(200, {}, { ...warning, Deprecation: "true" }));
  await api.get("/api/jobs");
  assert.equal(link.state.get().notice, null);
  await api.get("/api/jobs");
  assert.deepEqual(link.state.get().notice, { text: 'Arkor 0.1 is "old"', sunset: "Sat, 1 May 2027 00:00:00 GMT" });
});

test("JD14: a frame is taken once, whatever its ids look like", () => {
  const seen = new Seen();
  assert.deepEqual(["1", "2", "2", "1", "3"].map((id) => seen.isNew(id)), [true, true, false, false, true]);
  assert.deepEqual(["9".repeat(31), "9".repeat(31), "4"].map((id) => seen.isNew(id)), [true, false, true]);
  assert.deepEqual(["x", "y", "x"].map((id) => seen.isNew(id)), [true, true, false]);
  assert.deepEqual(["", ""].map((id) => seen.isNew(id)), [true, true]);
  assert.equal(seen.isNew("123456789012345678901234567890"), true);
});

/** A poll whose questions are answered by hand. */
function poll(every: number | null = null, isHidden = (): boolean => false) {
  const waiting: { answer: (n: number) => Promise<void>; fail: (reason: Error) => Promise<void> }[] = [];
  const states: PollState<number>[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const p = new Poll<number>({
    load: () =>
      new Promise((resolve, reject) => {
        waiting.push({ answer: (n) => (resolve(n), settle()), fail: (reason) => (reject(reason), settle()) });
      }),
    every: () => every,
    onState: (state) => states.push(state),
    isHidden,
  });
  return { p, waiting, states };
}

test("JL2: a refresh during a question asks once more behind it, never two at a time", async () => {
  const { p, waiting, states } = poll();
  p.refresh();
  p.refresh();
  assert.equal(waiting.length, 1);
  assert.equal(states.at(-1)?.refreshing, true);
  await waiting[0]?.answer(1);
  assert.equal(waiting.length, 2);
  assert.deepEqual(states.at(-1), { data: 1, error: null, refreshing: true });
  await waiting[1]?.answer(2);
  assert.equal(waiting.length, 2);
  assert.deepEqual(states.at(-1), { data: 2, error: null, refreshing: false });
});

test("JL6: the last answer stays when a later question fails", async () => {
  const { p, waiting, states } = poll();
  await waiting[0]?.answer(1);
  p.refresh();
  const reason = new Error("away");
  await waiting[1]?.fail(reason);
  assert.deepEqual(states.at(-1), { data: 1, error: reason, refreshing: false });
});

test("U16: the next question comes after the answer; a page that is looked at again asks at once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { p, waiting } = poll(5000);
  t.mock.timers.tick(20_000);
  assert.equal(waiting.length, 1);
  await waiting[0]?.answer(1);
  t.mock.timers.tick(4999);
  assert.equal(waiting.length, 1);
  t.mock.timers.tick(1);
  assert.equal(waiting.length, 2);
  p.wake();
  assert.equal(waiting.length, 2);
  await waiting[1]?.answer(2);
  p.wake();
  assert.equal(waiting.length, 3);
  p.stop();
});

test("U16: nothing is asked while nobody looks", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let hidden = false;
  const { p, waiting } = poll(5000, () => hidden);
  await waiting[0]?.answer(1);
  hidden = true;
  t.mock.timers.tick(60_000);
  assert.equal(waiting.length, 1);
  hidden = false;
  p.wake();
  assert.equal(waiting.length, 2);
  p.stop();
});

test("U13: who gets no answer asks more slowly, every 10 s at last", () => {
  assert.deepEqual([slowed(5000, null), slowed(5000, new Error()), slowed(60_000, new Error()), slowed(null, new Error())], [5000, 10_000, 60_000, null]);
  const pauses = [1000];
  while (pauses.length < 10) pauses.push(nextProbe(pauses.at(-1) ?? 0));
  assert.deepEqual([pauses[1], pauses.at(-1)], [1500, 10_000]);
});

test("a poll that has stopped says nothing more, and one that is over does not wake", async () => {
  const stopped = poll();
  stopped.p.stop();
  await stopped.waiting[0]?.answer(1);
  assert.deepEqual(stopped.states, []);
  const over = poll(null);
  await over.waiting[0]?.answer(1);
  over.p.wake();
  assert.equal(over.waiting.length, 1);
});
