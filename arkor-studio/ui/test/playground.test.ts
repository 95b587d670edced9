import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Api, ApiError } from "../src/net/api.ts";
import { Link } from "../src/net/link.ts";
import { ask, type CallPart } from "../src/playground/ask.ts";
import { callbackCode, curlCode, sdkCode, shellQuoted } from "../src/playground/code.ts";
import { Conversation, type Answerer } from "../src/playground/conversation.ts";
import { sends, sendsLines } from "../src/playground/keys.ts";
import { noSettings, offerOf, parseSettings, readSettings, within } from "../src/playground/settings.ts";
import { recall, remember } from "../src/playground/stored.ts";
import { chatBody, emptyReply, messagesFor, parseTurns, roundOf, speedOf, toJson, toMarkdown, wantsResults, withPiece, type ChatBody, type Message, type Reply, type Round, type Turn } from "../src/playground/turns.ts";

const reply = (change: Partial<Reply>): Reply => ({ ...emptyReply("base"), state: "done", ...change });
const base: Answerer = { source: { kind: "base", model: "m" }, label: "m" };
const adapter: Answerer = { source: { kind: "checkpoint", jobId: "j", step: 30 }, label: "j · step 30" };

interface Case {
  readonly name: string;
  readonly in: { readonly chunks: readonly string[] };
  readonly out: { readonly deltas: readonly string[]; readonly error?: string };
}

test("PG10: the text of a stream is what the SDK reads of it", async () => {
  const { cases } = JSON.parse(readFileSync("../../sdk/vectors/infer-stream.json", "utf8")) as { cases: readonly Case[] };
  assert.ok(cases.length > 0);
  for (const one of cases) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of one.in.chunks) controller.enqueue(Buffer.from(chunk, "base64"));
        controller.close();
      },
    });
    const api = new Api("token", new Link(), (async () => new Response(body, { headers: { "Content-Type": "text/event-stream" } })) as typeof fetch);
    const pieces: string[] = [];
    let failed = false;
    try {
      for await (const piece of ask(api, {}, new AbortController().signal)) if (piece.text !== "") pieces.push(piece.text);
    } catch {
      failed = true;
    }
    assert.deepEqual(pieces, one.out.deltas, one.name);
    assert.equal(failed, one.out.error !== undefined, one.name);
  }
});

test("PG11: an answer without a body is an error, and a refusal is the server's own words", async () => {
  const asking = (response: Response) => ask(new Api("token", new Link(), (async () => response) as typeof fetch), {}, new AbortController().signal).next();
  await assert.rejects(asking(new Response(null)), /no body/);
  await assert.rejects(asking(new Response('{"error":"no such job"}', { status: 404 })), /^Error: no such job$/);
});

test("PG8: Enter sends, but not with Shift, and not in the middle of a word", () => {
  const press = { key: "Enter", keyCode: 13, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false };
  assert.equal(sends(press), true);
  assert.equal(sends({ ...press, shiftKey: true }), false);
  assert.equal(sends({ ...press, isComposing: true }), false);
  assert.equal(sends({ ...press, keyCode: 229 }), false);
  assert.equal(sends({ ...press, key: "a" }), false);
  assert.equal(sendsLines(press), false); // in a field of many lines it ends one
  assert.equal(sendsLines({ ...press, ctrlKey: true }), true);
  assert.equal(sendsLines({ ...press, metaKey: true }), true);
  assert.equal(sendsLines({ ...press, ctrlKey: true, isComposing: true }), false);
});

test("B8: settings that are empty are not sent, and those that are wrong are named", () => {
  assert.deepEqual(readSettings(noSettings), { sampling: {}, problems: {} });
  const { sampling, problems } = readSettings({ ...noSettings, system: "s", temperature: " 0 ", topP: "0.9", maxTokens: "40", schema: '{"type":"object"}' });
  assert.deepEqual(sampling, { temperature: 0, topP: 0.9, maxTokens: 40, responseFormat: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } } });
  assert.deepEqual(problems, {});
  const wrong = readSettings({ ...noSettings, temperature: "-1", topP: "0", maxTokens: "1.5", schema: "[" });
  assert.deepEqual(wrong.sampling, {});
  assert.deepEqual(Object.keys(wrong.problems).sort(), ["maxTokens", "schema", "temperature", "topP"]);
  assert.notEqual(readSettings({ ...noSettings, temperature: "hot" }).problems.temperature, undefined);
  assert.notEqual(readSettings({ ...noSettings, schema: "[1]" }).problems.schema, undefined);
});

test("I6, PG11: a pane gets its own answers, and no turn without one", () => {
  const turns: readonly Turn[] = [
    { prompt: "one", replies: [reply({ text: "1" }), reply({ text: "uno" })] },
    { prompt: "two", replies: [reply({ state: "failed", text: "2", error: "broken" }), reply({ state: "stopped", text: "du" })] },
    { prompt: "three", replies: [reply({ state: "stopped" }), reply({ text: "tre" })] },
  ];
  assert.deepEqual(messagesFor(0, turns, "four", " "), [
    { role: "user", content: "one" },
    { role: "assistant", content: "1" },
    { role: "user", content: "four" },
  ]);
  assert.deepEqual(
    messagesFor(1, turns, "four", "be kind").map(({ content }) => content),
    ["be kind", "one", "uno", "two", "du", "three", "tre", "four"],
  );
});

test("B8: tools and structured outputs are sent as they were typed, or named as wrong", () => {
  const tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
  const { sampling, problems } = readSettings({ ...noSettings, tools: JSON.stringify([tool]), structure: '{"choice":["a","b"]}', toolChoice: "required" });
  assert.deepEqual(sampling, { structuredOutputs: { choice: ["a", "b"] }, tools: [tool], toolChoice: "required" });
  assert.deepEqual(problems, {});
  assert.deepEqual(readSettings({ ...noSettings, tools: JSON.stringify([tool]), toolChoice: "auto" }).sampling, { tools: [tool] });
  assert.deepEqual(readSettings({ ...noSettings, toolChoice: "required" }).sampling, {}); // without tools there is none to call
  for (const tools of ["{}", "[]", "[1]", '[{"type":"function"}]', '[{"type":"x","function":{"name":"n"}}]', "nope", "null"]) {
    assert.deepEqual(Object.keys(readSettings({ ...noSettings, tools }).problems), ["tools"], tools);
  }
  for (const structure of ["[]", "{}", '{"choice":[],"regex":""}', "null", "{"]) {
    assert.deepEqual(Object.keys(readSettings({ ...noSettings, structure }).problems), ["structure"], structure);
  }
  const both = readSettings({ ...noSettings, schema: "{}", structure: '{"regex":"a"}' });
  assert.deepEqual(Object.keys(both.problems), ["structure"]);
});

test("C5: what no model can follow is neither offered nor sent", () => {
  const all = { tools: true, structure: true };
  assert.deepEqual(offerOf([]), all);
  assert.deepEqual(offerOf([{ tools: false, structure: false }, { tools: false, structure: true }]), { tools: false, structure: true });
  const typed = { ...noSettings, tools: "[", schema: "{", structure: "{", toolChoice: "none", maxTokens: "3" };
  assert.deepEqual(within(typed, all), typed);
  assert.deepEqual(readSettings(within(typed, { tools: false, structure: false })), { sampling: { maxTokens: 3 }, problems: {} });
});

test("B8: a tool call comes together from its parts, and the backend's count of tokens counts", async () => {
  const delta = (tool_calls: unknown) => `data: ${JSON.stringify({ choices: [{ delta: { tool_calls } }] })}\n\n`;
  const stream =
    'data: {"choices":[{"delta":{"role":"assistant","content":"Let me see. "}}]}\n\n' +
    delta([{ index: 0, id: "t", type: "function", function: { name: "weather", arguments: "" } }]) +
    delta([{ index: 0, function: { arguments: '{"city":' } }]) +
    delta([{ index: 1, function: { name: "clock", arguments: "{}" } }]) +
    delta([{ index: 0, function: { arguments: '"Oslo"}' } }]) +
    delta([null, 5, { function: null }]) +
    'data: {"choices":[],"usage":{"completion_tokens":31}}\n\ndata: [DONE]\n\n';
  const api = new Api("token", new Link(), (async () => new Response(stream, { headers: { "Content-Type": "text/event-stream" } })) as typeof fetch);
  let now = emptyReply("m");
  for await (const piece of ask(api, {}, new AbortController().signal)) now = { ...now, ...withPiece(now, piece, 5) };
  assert.deepEqual([now.text, now.tokens, now.firstMs], ["Let me see. ", 31, 5]);
  assert.deepEqual(now.calls.slice(0, 2), [
    { id: "t", name: "weather", arguments: '{"city":"Oslo"}' },
    { id: "", name: "clock", arguments: "{}" },
  ]);
  assert.match(toMarkdown([{ prompt: "p", replies: [now] }], noSettings), /> \[calls\] weather\(\{"city":"Oslo"\}\)/);
  assert.deepEqual(parseTurns(JSON.parse(JSON.stringify([{ prompt: "p", replies: [{ ...now, state: "done" }] }])))[0]?.replies[0]?.calls, now.calls);
  await assert.rejects(ask(new Api("t", new Link(), (async () => Response.json({})) as typeof fetch), {}, new AbortController().signal).next(), /one JSON document/);
});

test("I6, B7: the body names a base model, or an adapter and its step", () => {
  const messages = messagesFor(0, [], "hi", "");
  assert.deepEqual(chatBody(base.source, messages, noSettings), { baseModel: "m", messages: [{ role: "user", content: "hi" }], stream: true });
  assert.deepEqual(chatBody(adapter.source, messages, { ...noSettings, maxTokens: "7" })["adapter"], { kind: "checkpoint", jobId: "j", step: 30 });
  assert.deepEqual(chatBody({ kind: "final", jobId: "j" }, messages, noSettings)["adapter"], { kind: "final", jobId: "j" });
});

const oslo = { id: "t_1", name: "weather", arguments: '{"city":"Oslo"}' };
const cold: Round = { text: "", calls: [{ ...oslo, result: '{"celsius":-3}' }] };
const coldMessages = [
  { role: "assistant", content: null, tool_calls: [{ id: "t_1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } }] },
  { role: "tool", tool_call_id: "t_1", content: '{"celsius":-3}' },
];

test("7.3: what was called for a question goes behind it, before what came of it, in this question and in later ones", () => {
  assert.deepEqual(messagesFor(0, [], "Weather?", "", [cold]), [{ role: "user", content: "Weather?" }, ...coldMessages]);
  const turns: readonly Turn[] = [{ prompt: "Weather?", replies: [reply({ rounds: [cold], text: "Cold." }), reply({ text: "Warm." })] }];
  assert.deepEqual(messagesFor(0, turns, "And now?", ""), [{ role: "user", content: "Weather?" }, ...coldMessages, { role: "assistant", content: "Cold." }, { role: "user", content: "And now?" }]);
  assert.deepEqual(messagesFor(1, turns, "And now?", ""), [{ role: "user", content: "Weather?" }, { role: "assistant", content: "Warm." }, { role: "user", content: "And now?" }]);
  assert.deepEqual(messagesFor(0, [], "q", "", [{ ...cold, text: "Let me see." }])[1], { ...coldMessages[0], content: "Let me see." });
});

test("PG11: no call without a result is sent, nor a turn that came to nothing", () => {
  const left = [reply({ calls: [oslo] }), reply({ rounds: [cold], calls: [oslo] }), reply({ rounds: [cold], state: "failed", text: "Co" }), reply({ rounds: [cold], state: "stopped" })];
  for (const one of left) assert.deepEqual(messagesFor(0, [{ prompt: "p", replies: [one] }], "q", ""), [{ role: "user", content: "q" }]);
  const halves = messagesFor(0, [{ prompt: "p", replies: [reply({ rounds: [cold], state: "stopped", text: "Co" })] }, { prompt: "p", replies: [reply({ text: "Let me see.", calls: [oslo] })] }], "q", "");
  assert.deepEqual(halves.slice(1, 3), coldMessages);
  assert.deepEqual(halves.slice(3).map(({ content }) => content), ["Co", "p", "Let me see.", "q"]);
});

test("B8: results are for calls that are whole, each for its own", () => {
  const two = reply({ text: "Let me see.", calls: [oslo, { id: "", name: "clock", arguments: "{}" }] });
  assert.deepEqual(roundOf(two, ["-3", "12:00"]), { text: "Let me see.", calls: [{ ...oslo, result: "-3" }, { id: "call_1_2", name: "clock", arguments: "{}", result: "12:00" }] });
  assert.equal(roundOf({ ...two, rounds: [cold] }, ["-3", "12:00"])?.calls[1]?.id, "call_2_2");
  for (const results of [[], ["-3"], ["", "12:00"]]) assert.equal(roundOf(two, results), null);
  for (const state of ["waiting", "writing", "stopped", "failed"] as const) assert.equal(wantsResults({ ...two, state }), false, state);
  assert.equal(wantsResults(reply({ calls: [{ ...oslo, name: "" }] })), false);
  assert.equal(wantsResults(reply({ text: "Cold." })), false);
});

/** Models that say what the test tells them to. */
function played() {
  const asked: { body: ChatBody; signal: AbortSignal; say: (piece: string | CallPart) => void; end: (error?: Error) => void }[] = [];
  const conversation = new Conversation(async function* (body, signal) {
    const pieces: (string | CallPart)[] = [];
    let wake = (): void => undefined;
    let over: { error?: Error } | null = null;
    asked.push({
      body,
      signal,
      say: (piece) => (pieces.push(piece), wake()),
      end: (error) => ((over = error ? { error } : {}), wake()),
    });
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) {
        yield typeof piece === "string" ? { text: piece, calls: [], tokens: null } : { text: "", calls: [piece], tokens: null };
        continue;
      }
      const ended = over as { error?: Error } | null;
      if (ended?.error) throw ended.error;
      if (ended) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  });
  return { asked, conversation };
}

/** Resolves once the conversation is as wanted. */
function when(conversation: Conversation, wanted: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!wanted()) return;
      stop();
      resolve();
    };
    const stop = conversation.turns.subscribe(look);
    look();
  });
}

const replyAt = (conversation: Conversation, pane = 0): Reply => conversation.turns.get().at(-1)?.replies[pane] ?? assert.fail("no reply");

test("PG9, B6: a question goes to all panes once, and their answers fill as they come", async () => {
  const { asked, conversation } = played();
  assert.equal(conversation.send("  ", [base], noSettings), false);
  assert.equal(conversation.send("hi", [base, adapter], noSettings), true);
  assert.equal(conversation.send("hi", [base, adapter], noSettings), false);
  assert.equal(asked.length, 2);
  assert.deepEqual([replyAt(conversation).state, replyAt(conversation).text], ["waiting", ""]);
  asked[1]?.say("<b>");
  await when(conversation, () => replyAt(conversation, 1).text === "<b>");
  assert.equal(replyAt(conversation, 0).text, "");
  asked[1]?.say("x");
  asked[1]?.end();
  asked[0]?.end();
  await when(conversation, () => !conversation.busy);
  assert.deepEqual([replyAt(conversation, 1).state, replyAt(conversation, 1).text, replyAt(conversation, 1).tokens], ["done", "<b>x", 2]);
});

test("PG12: stopping ends the request and keeps what is there; what comes later is nobody's", async () => {
  const { asked, conversation } = played();
  conversation.send("hi", [base], noSettings);
  asked[0]?.say("half");
  await when(conversation, () => replyAt(conversation).text === "half");
  conversation.stop();
  assert.equal(asked[0]?.signal.aborted, true);
  assert.deepEqual([conversation.busy, replyAt(conversation).state], [false, "stopped"]);
  conversation.again([base], noSettings);
  assert.equal(replyAt(conversation).text, "");
  asked[0]?.say(" late");
  asked[0]?.end(new Error("aborted"));
  asked[1]?.say("whole");
  asked[1]?.end();
  await when(conversation, () => !conversation.busy);
  assert.deepEqual([replyAt(conversation).state, replyAt(conversation).text], ["done", "whole"]);
});

test("PG11: a failure is an error of its pane, which can be asked again alone", async () => {
  const { asked, conversation } = played();
  conversation.send("hi", [base, adapter], noSettings);
  asked[0]?.say("fine");
  asked[0]?.end();
  asked[1]?.end(new ApiError(400, "no schemas here", "unsupported_here", "leave it out"));
  await when(conversation, () => !conversation.busy);
  assert.deepEqual([replyAt(conversation, 1).state, replyAt(conversation, 1).error, replyAt(conversation, 1).hint], ["failed", "no schemas here", "leave it out"]);
  conversation.again([base, adapter], noSettings, 1);
  assert.equal(asked.length, 3);
  assert.equal(replyAt(conversation, 0).text, "fine");
  asked[2]?.end();
  await when(conversation, () => !conversation.busy);
  assert.equal(replyAt(conversation, 1).error, "");
});

test("PG9: each pane goes on with its own results, beside others that still answer", async () => {
  const { asked, conversation } = played();
  const panes = [base, adapter];
  conversation.send("Weather?", panes, noSettings);
  asked[0]?.say({ index: 0, ...oslo });
  asked[0]?.end();
  await when(conversation, () => replyAt(conversation, 0).state === "done");
  assert.equal(conversation.giveResults(0, [""], panes, noSettings), false);
  assert.equal(conversation.giveResults(1, ["-3"], panes, noSettings), false); // it still writes
  assert.equal(conversation.giveResults(0, ['{"celsius":-3}'], panes, noSettings), true);
  assert.equal(conversation.giveResults(0, ['{"celsius":-3}'], panes, noSettings), false);
  assert.deepEqual(asked[2]?.body["messages"], [{ role: "user", content: "Weather?" }, ...coldMessages]);
  assert.deepEqual([replyAt(conversation, 0).state, replyAt(conversation, 0).rounds, replyAt(conversation, 0).calls], ["waiting", [cold], []]);
  asked[2]?.end(new Error("broken"));
  asked[1]?.say("Warm.");
  asked[1]?.end();
  await when(conversation, () => !conversation.busy);
  conversation.again(panes, noSettings, 0);
  assert.deepEqual(asked[3]?.body["messages"], asked[2]?.body["messages"]);
  asked[3]?.say("Cold.");
  asked[3]?.end();
  await when(conversation, () => !conversation.busy);
  conversation.send("And now?", panes, noSettings);
  assert.deepEqual(asked[4]?.body["messages"], [{ role: "user", content: "Weather?" }, ...coldMessages, { role: "assistant", content: "Cold." }, { role: "user", content: "And now?" }]);
  assert.deepEqual((asked[5]?.body["messages"] as Message[]).map(({ content }) => content), ["Weather?", "Warm.", "And now?"]);
  conversation.stop();
});

test("clearing ends everything", () => {
  const { asked, conversation } = played();
  conversation.send("hi", [base], noSettings);
  conversation.clear();
  assert.equal(asked[0]?.signal.aborted, true);
  assert.deepEqual(conversation.turns.get(), []);
});

test("B6: speed counts what came behind the first piece", () => {
  assert.equal(speedOf(reply({ firstMs: 500, totalMs: 1500, tokens: 11 })), 10);
  assert.equal(speedOf(reply({ firstMs: 500, totalMs: 500, tokens: 1 })), null);
  assert.equal(speedOf(reply({})), null);
});

test("PG13: what was stored comes back, and nothing else does", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const turns: readonly Turn[] = [{ prompt: "hi", replies: [reply({ text: "half", state: "writing", rounds: [cold] }), reply({ state: "failed", error: "e" })] }];
  remember(() => storage, "k", turns);
  assert.deepEqual(parseTurns(recall(() => storage, "k")), [{ prompt: "hi", replies: [reply({ text: "half", state: "stopped", rounds: [cold] }), reply({ state: "failed", error: "e" })] }]);
  remember(() => storage, "k", null);
  assert.equal(kept.size, 0);
  kept.set("k", "{");
  assert.deepEqual(parseTurns(recall(() => storage, "k")), []);
  assert.deepEqual(parseTurns([{ prompt: 7, replies: [] }, { prompt: "x" }, null]), []);
  assert.deepEqual(parseSettings({ system: 7, topP: "1" }), { ...noSettings, topP: "1" });
});

test("U9: storage that throws forgets, and breaks nothing", () => {
  const broken = (): never => {
    throw new Error("forbidden");
  };
  remember(broken, "k", 1);
  assert.equal(recall(broken, "k"), null);
});

test("PG13: exports hold everything, and Markdown holds markup as text", () => {
  const turns: readonly Turn[] = [{ prompt: "a\n# b", replies: [reply({ text: "```\n</div>" }), reply({ from: "x\n# y", state: "failed", error: "e" })] }];
  assert.equal(
    toMarkdown(turns, { ...noSettings, system: "be kind" }),
    "# Conversation\n\n## System\n\n> be kind\n\n## User\n\n> a\n> # b\n\n## base\n\n> ```\n> </div>\n\n## x # y\n\n> [error] e\n",
  );
  const called: readonly Turn[] = [{ prompt: "p", replies: [reply({ rounds: [{ ...cold, text: "Let me see." }], text: "Cold." }), reply({ rounds: [cold], state: "failed", error: "e" })] }];
  const calls = '> [calls] weather({"city":"Oslo"})\n> [result] {"celsius":-3}\n';
  assert.equal(toMarkdown(called, noSettings), `# Conversation\n\n## User\n\n> p\n\n## base\n\n> Let me see.\n${calls}> Cold.\n\n## base\n\n${calls}> [error] e\n`);
  const json = JSON.parse(toJson(turns, { ...noSettings, topP: "0.5" })) as { settings: unknown; turns: unknown };
  assert.deepEqual(json.settings, { system: "", topP: 0.5 });
  assert.deepEqual(json.turns, turns);
});

test("copied commands hold hostile text as one word", () => {
  assert.equal(shellQuoted("it's $(x)"), `'it'\\''s $(x)'`);
  const body = chatBody(base.source, [{ role: "user", content: "'; rm -rf ~ #" }], noSettings);
  assert.match(curlCode("http://localhost:4000", body), /-d '\{"baseModel":"m","messages":\[\{"role":"user","content":"'\\''; rm -rf ~ #"\}\],"stream":true\}'$/);
});

test("copied programs hold the request as it is sent", () => {
  const body = chatBody(adapter.source, [{ role: "user", content: 'a "quoted": `${x}`' }], { ...noSettings, schema: '{"a-b":1}' });
  const code = sdkCode({ orgSlug: "o", projectSlug: "p" }, body);
  const literal = /body: (\{[\s\S]*?\n {2}\}),\n/.exec(code)?.[1] ?? assert.fail("no body");
  assert.deepEqual(new Function(`return ${literal}`)(), body);
  const called = chatBody(base.source, messagesFor(0, [], "Weather?", "", [cold]), noSettings);
  assert.deepEqual(new Function(`return ${/body: (\{[\s\S]*?\n {2}\}),\n/.exec(sdkCode({ orgSlug: "o", projectSlug: "p" }, called))?.[1]}`)(), called);
  assert.deepEqual(JSON.parse(/-d '([^']*)'$/.exec(curlCode("http://localhost:4000", called))?.[1] ?? ""), called);
  assert.match(code, /orgSlug: "o"/);
  const callback = callbackCode(body);
  const args = /infer\((\{[\s\S]*?\n {4}\})\);/.exec(callback)?.[1] ?? assert.fail("no arguments");
  assert.deepEqual(new Function(`return ${args}`)(), { messages: body["messages"], responseFormat: body["responseFormat"] });
});
