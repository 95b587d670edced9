import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, lacksProject } from "../src/shell/describe.ts";
import { Api } from "../src/net/api.ts";
import { Link } from "../src/net/link.ts";
import { parseIdentity } from "../src/net/shapes.ts";
import { EventStream, type StreamState } from "../src/net/stream.ts";

/** A document that can be hidden. */
const page = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, { document: page });

function show(hidden: boolean): void {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};

/** A server whose answers are written by hand. */
class FakeServer {
  readonly asked: { path: string; last: string | null; signal: AbortSignal }[] = [];
  readonly #answers: ((respond: (response: Response) => void, fail: (reason: Error) => void) => void)[] = [];
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly link = new Link();
  readonly api = new Api("token", this.link, ((path: string, init: RequestInit) => {
    this.asked.push({ path, last: new Headers(init.headers).get("Last-Event-ID"), signal: init.signal as AbortSignal });
    return new Promise<Response>((resolve, reject) => {
      const answer = this.#answers.shift();
      if (answer) answer(resolve, reject);
      else resolve(this.#stream(init.signal as AbortSignal));
    });
  }) as typeof fetch);

  refuse(status: number, body: string): void {
    this.#answers.push((respond) => respond(new Response(body, { status })));
  }

  fail(): void {
    this.#answers.push((_, fail) => fail(new TypeError("fetch failed")));
  }

  #stream(signal: AbortSignal): Response {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      this.#body = controller;
      signal.addEventListener("abort", () => controller.error(signal.reason));
    };
    return new Response(new ReadableStream<Uint8Array>({ start }));
  }

  async send(text: string): Promise<void> {
    this.#body?.enqueue(new TextEncoder().encode(text));
    await settle();
  }

  async cut(): Promise<void> {
    this.#body?.close();
    await settle();
  }
}

function open(server: FakeServer) {
  const news: string[] = [];
  const stream = new EventStream(server.api, (frame) => news.push(`${frame.event} ${frame.data}`));
  return { stream, news };
}

/** Without an open tab the stream of one is opened with what it follows. */
function follow(server: FakeServer, after = "", id = "a", opened?: ReturnType<typeof open>) {
  const { stream, news } = opened ?? open(server);
  const got: string[] = [];
  const states: StreamState[] = [];
  let pieces = 0;
  const stop = stream.follow("job", id, {
    after,
    onFrames: (frames) => {
      pieces++;
      got.push(...frames.map((frame) => `${frame.event} ${frame.data}`));
    },
    onState: (state) => states.push(state),
    isLast: (frame) => frame.event === "end",
  });
  if (opened === undefined) stream.open();
  return { stream, news, stop, got, states, pieces: () => pieces };
}

const log = (id: number, name = "job0"): string => `id: ${id}\nevent: ${name}:training.log\ndata: {"step":${id}}\n\n`;
const standing = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

test("JD16: one stream carries the news and all that is followed, and opens anew behind the last ids when that changes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const tab = open(server);
  tab.stream.open();
  await settle();
  assert.deepEqual([server.asked.length, server.asked[0]?.path], [1, "/api/stream"]);
  await server.send('id: L-1\nevent: manifest\ndata: {}\n\nevent: ping\ndata: {}\n\n');
  const first = follow(server, "7", "a/b:c", tab);
  const second = follow(server, "", "d", tab);
  await settle();
  assert.equal(server.asked.length, 2); // once for both
  assert.equal(server.asked[0]?.signal.aborted, true);
  assert.equal(server.asked[1]?.path, "/api/stream?job=a%252Fb%253Ac:7&job=d:");
  assert.equal(server.asked[1]?.last, "L-1");
  await server.send(standing("job0", { state: "open" }) + log(7) + log(8) + log(1, "job1") + standing("runs", {}) + log(2, "job1"));
  assert.deepEqual([first.got.length, second.got.length, second.pieces()], [1, 2, 1]);
  assert.deepEqual(tab.news, ["manifest {}", "runs {}"]);
  assert.deepEqual([first.states.at(-1)?.name, second.states.at(-1)?.name], ["open", "connecting"]);
  await server.send("event: job0:end\ndata: {}\n\n" + log(9));
  assert.equal(first.states.at(-1)?.name, "ended");
  first.stop(); // what has ended is nobody's connection any more
  await settle();
  assert.equal(server.asked.length, 2);
  const third = follow(server, "", "e", tab);
  await settle();
  assert.equal(server.asked[2]?.path, "/api/stream?job=d:2&job=e:");
  await server.send(log(2) + log(3) + log(1, "job1"));
  assert.deepEqual([second.got.length, third.got.length], [3, 1]);
  second.stop();
  await settle();
  assert.equal(server.asked[3]?.path, "/api/stream?job=e:1");
  tab.stream.close();
});

test("JD15: what the server says of a job's own stream is its alone: asked for again, or refused", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const tab = open(server);
  const lost = follow(server, "", "a", tab);
  const gone = follow(server, "", "b", tab);
  tab.stream.open();
  await settle();
  await server.send(standing("job0", { state: "retrying", status: 502, error: "Could not reach it" }) + standing("job1", { state: "refused", status: 404, error: "there is no such job" }));
  assert.equal(lost.states.at(-1)?.name, "retrying");
  assert.equal(tab.stream.state.get().name, "open");
  const last = gone.states.at(-1);
  assert.ok(last?.name === "failed");
  assert.deepEqual([last.error.status, last.error.message], [404, "there is no such job"]);
  await server.send(standing("job0", { state: "retrying", status: 502, error: "Could not reach it" }));
  assert.equal(server.link.state.get().backend, "Could not reach it"); // U13
  await server.send(standing("job0", { state: "open" }) + log(1));
  assert.deepEqual([lost.states.at(-1)?.name, lost.got.length, server.link.state.get().backend], ["open", 1, null]);
  assert.equal(server.asked.length, 1);
  tab.stream.close();
});

test("JD14: a stream comes back behind its last id, repeats nothing, and delivers what comes at once as one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const { stream, got, states, pieces } = follow(server);
  await settle();
  await server.send(standing("job0", { state: "open" }) + log(1) + log(2) + "event: ping\ndata:\n\n");
  assert.equal(pieces(), 1);
  await server.cut();
  assert.equal(states.at(-1)?.name, "retrying");
  t.mock.timers.tick(2000);
  await settle();
  assert.equal(server.asked[1]?.path, "/api/stream?job=a:2");
  await server.send(standing("job0", { state: "open" }) + log(1) + log(2) + log(3));
  assert.deepEqual(got, [1, 2, 3].map((id) => `training.log {"step":${id}}`));
  assert.equal(states.at(-1)?.name, "open");
  stream.close();
});

test("JD6: end closes for good", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const { got, states, stream } = follow(server, "104");
  await settle();
  assert.equal(server.asked[0]?.path, "/api/stream?job=a:104");
  await server.send(standing("job0", { state: "open" }) + "id: 104\nevent: job0:training.log\ndata: {}\n\nid: 105\nevent: job0:end\ndata: {}\n\n");
  assert.deepEqual(got, ["end {}"]);
  await server.cut();
  t.mock.timers.tick(2000);
  await settle();
  assert.equal(server.asked[1]?.path, "/api/stream");
  assert.deepEqual(states.map((state) => state.name), ["connecting", "open", "ended"]);
  stream.close();
});

test("B1: an end under the id of the frame before it is an end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const { states, stream } = follow(server);
  await settle();
  await server.send(log(5) + "id: 5\nevent: job0:end\ndata: {}\n\n");
  assert.equal(states.at(-1)?.name, "ended");
  stream.close();
});

test("JD15: a refusal is final and has its reason; a break is tried again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  server.fail();
  server.refuse(502, '{"error":"Could not reach it"}');
  server.refuse(403, '{"error":"Missing or invalid studio token"}');
  const { states, stream } = follow(server);
  await settle();
  assert.equal(states.at(-1)?.name, "retrying");
  for (let i = 0; i < 2; i++) {
    t.mock.timers.tick(10_000);
    await settle();
  }
  const last = states.at(-1);
  assert.ok(last?.name === "failed");
  assert.deepEqual([last.error.status, last.error.message], [403, "Missing or invalid studio token"]);
  t.mock.timers.tick(120_000);
  await settle();
  assert.equal(server.asked.length, 3);
  stream.close();
});

test("JD7, JD15: it is lost since the first break, is tried again every 10 s at least, and at once after it was there", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = new FakeServer();
  for (const status of [408, 429, 500, 500, 500, 500, 500, 500]) server.refuse(status, "");
  const { stream, states } = follow(server);
  await settle();
  for (let i = 1; i <= 8; i++) {
    const last = states.at(-1);
    assert.deepEqual([server.asked.length, last?.name, last?.name === "retrying" && last.since], [i, "retrying", 0]);
    t.mock.timers.tick(10_000);
    await settle();
  }
  await server.send(standing("job0", { state: "open" }) + log(1));
  assert.equal(states.at(-1)?.name, "open");
  await server.cut();
  const lost = states.at(-1);
  assert.ok(lost?.name === "retrying" && lost.since === 80_000);
  t.mock.timers.tick(2000);
  await settle();
  assert.equal(server.asked.length, 10);
  stream.close();
});

test("JD16: a page that is hidden for longer gives its connection back, and resumes when it is seen", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const { stream, got } = follow(server);
  await settle();
  await server.send(log(7));
  show(true);
  t.mock.timers.tick(29_000);
  assert.equal(server.asked[0]?.signal.aborted, false);
  show(false);
  show(true);
  t.mock.timers.tick(31_000);
  assert.equal(server.asked[0]?.signal.aborted, true);
  await settle();
  t.mock.timers.tick(120_000);
  assert.equal(server.asked.length, 1);
  show(false);
  await settle();
  assert.equal(server.asked[1]?.path, "/api/stream?job=a:7");
  await server.send(log(7) + log(8));
  assert.equal(got.length, 2);
  stream.close();
});

test("JD16: a tab that nobody has looked at yet opens nothing, and a hidden one makes room for others at once", async () => {
  show(true);
  const unseen = new FakeServer();
  const { stream: waiting } = follow(unseen);
  await settle();
  unseen.link.lost();
  unseen.link.heard("/api/x", 200, null); // it is back
  await settle();
  assert.equal(unseen.asked.length, 0);
  show(false);
  await settle();
  assert.equal(unseen.asked.length, 1);
  show(true);
  const other = new BroadcastChannel("arkor-studio-streams"); // of a tab that begins to read
  other.postMessage(null);
  await new Promise<void>((resolve) => unseen.asked[0]?.signal.addEventListener("abort", () => resolve()));
  show(false);
  await settle();
  assert.equal(unseen.asked.length, 2);
  other.postMessage(null); // somebody looks at this one, so it stays
  await settle();
  assert.equal(unseen.asked[1]?.signal.aborted, false);
  other.close();
  waiting.close();
});

test("a connection that is silent for too long is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  const { stream, states } = follow(server);
  await settle();
  t.mock.timers.tick(46_000);
  await settle();
  assert.equal(states.at(-1)?.name, "retrying");
  stream.close();
});

test("U13: a stream that waits tries at once when the server is back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer();
  server.fail();
  const { stream } = follow(server);
  await settle();
  server.link.heard("/api/jobs", 200, null);
  await settle();
  assert.equal(server.asked.length, 2);
  stream.close();
});

test("U7: the identity says mode, organisation, project, and the host where it is another's", () => {
  const who = (fields: object): string => describe(parseIdentity(fields));
  assert.equal(who({ mode: "oauth", backend: "cloud", orgSlug: "acme", projectSlug: "bot" }), "oauth · acme / bot");
  assert.equal(who({ mode: "anon", backend: "team.example:7777", orgSlug: "anon-1", projectSlug: null }), "anonymous · anon-1 · team.example:7777");
  assert.equal(who({ mode: "local", backend: "local", orgSlug: "local", projectSlug: "demo" }), "local · local / demo");
});

test("Z10: with an account, a folder without a project asks for one; nobody else is asked", () => {
  const lacks = (fields: object): boolean => lacksProject(parseIdentity({ projectSlug: null, scopeStale: false, ...fields }));
  assert.deepEqual(["oauth", "token", "anon", "local"].map((mode) => lacks({ mode })), [true, true, false, false]);
  assert.deepEqual([lacks({ mode: "oauth", projectSlug: "bot" }), lacks({ mode: "oauth", scopeStale: true })], [false, false]);
});
