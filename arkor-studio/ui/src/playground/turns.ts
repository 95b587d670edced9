/** A conversation: what was asked, and what each pane answered. */

import { fieldsOf, numberOf, textOf, type Fields } from "../net/shapes.ts";
import { adapterOf, type Source } from "../sources/source.ts";
import type { Piece } from "./ask.ts";
import { readSettings, type Settings } from "./settings.ts";

export interface Turn {
  readonly prompt: string;
  /** One for each pane, in their order. */
  readonly replies: readonly Reply[];
}

export interface Reply {
  /** Who answers, as it was called then. */
  readonly from: string;
  /** What it said before, where it called tools and was given their results. */
  readonly rounds: readonly Round[];
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly state: "waiting" | "writing" | "done" | "stopped" | "failed";
  readonly error: string;
  readonly hint: string;
  /** Milliseconds to the first piece of text; null before it. */
  readonly firstMs: number | null;
  readonly totalMs: number;
  /** How many tokens came: counted by the backend, else pieces, which are tokens with few exceptions. */
  readonly tokens: number;
}

/** A tool that an answer wants to be called, with its arguments as the model wrote them. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** An answer that called tools, with what they gave: the model goes on from there. */
export interface Round {
  readonly text: string;
  readonly calls: readonly AnsweredCall[];
}

export interface AnsweredCall extends ToolCall {
  readonly result: string;
}

export function emptyReply(from: string, rounds: readonly Round[] = []): Reply {
  return { from, rounds, text: "", calls: [], state: "waiting", error: "", hint: "", firstMs: null, totalMs: 0, tokens: 0 };
}

/** A reply with what came of it, so many milliseconds after it was asked for. */
export function withPiece(reply: Reply, piece: Piece, afterMs: number): Partial<Reply> {
  const says = piece.text !== "" || piece.calls.length > 0;
  const calls = [...reply.calls];
  for (const part of piece.calls.slice(0, maxCalls)) {
    const before = calls[part.index];
    if (before === undefined) calls.push({ id: part.id, name: part.name, arguments: part.arguments });
    else calls[part.index] = { id: before.id || part.id, name: before.name + part.name, arguments: before.arguments + part.arguments };
  }
  return {
    text: reply.text + piece.text,
    calls: calls.slice(0, maxCalls),
    state: "writing",
    firstMs: reply.firstMs ?? (says ? afterMs : null),
    tokens: piece.tokens ?? reply.tokens + (says ? 1 : 0),
  };
}

const maxCalls = 64;

/** Whether an answer waits for results: it has come to its end, and says what to call. */
export function wantsResults({ state, calls }: Reply): boolean {
  return state === "done" && calls.length > 0 && calls.every(({ name }) => name !== "");
}

/** The same answer with the results of its calls, in their order; null where one is missing. */
export function roundOf(reply: Reply, results: readonly string[]): Round | null {
  const calls = reply.calls.flatMap((call, at): readonly AnsweredCall[] => {
    const result = results[at] ?? "";
    // A result names its call, so one that came without an id needs one.
    return result === "" ? [] : [{ ...call, id: call.id || `call_${reply.rounds.length + 1}_${at + 1}`, result }];
  });
  return wantsResults(reply) && calls.length === reply.calls.length ? { text: reply.text, calls } : null;
}

export type Message =
  | { readonly role: "system" | "user" | "assistant"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string | null; readonly tool_calls: readonly Fields[] }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

/** The call, and behind it each result. */
function messagesOf({ text, calls }: Round): readonly Message[] {
  return [
    { role: "assistant", content: text === "" ? null : text, tool_calls: calls.map((call) => ({ id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } })) },
    ...calls.map(({ id, result }): Message => ({ role: "tool", tool_call_id: id, content: result })),
  ];
}

/**
 * What a pane is asked: its own answers alone, and no turn that it failed to
 * answer, because many models take nothing but question and answer in turn.
 * Behind the question comes what the pane has called for it so far.
 */
export function messagesFor(pane: number, before: readonly Turn[], prompt: string, system: string, rounds: readonly Round[] = []): readonly Message[] {
  const messages: Message[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  for (const turn of before) {
    const reply = turn.replies[pane];
    if (reply === undefined || reply.state === "failed" || reply.text === "") continue;
    messages.push({ role: "user", content: turn.prompt }, ...reply.rounds.flatMap(messagesOf), { role: "assistant", content: reply.text });
  }
  return [...messages, { role: "user", content: prompt }, ...rounds.flatMap(messagesOf)];
}

export type ChatBody = Readonly<Record<string, unknown>>;

export function chatBody(source: Source, messages: readonly Message[], settings: Settings): ChatBody {
  const adapter = adapterOf(source);
  const who = source.kind === "base" ? { baseModel: source.model } : { adapter };
  return { ...who, messages, stream: true, ...readSettings(settings).sampling };
}

/** Tokens a second behind the first one; null where there are too few to tell. */
export function speedOf(reply: Reply): number | null {
  const writing = reply.totalMs - (reply.firstMs ?? reply.totalMs);
  return reply.tokens > 1 && writing > 0 ? ((reply.tokens - 1) * 1000) / writing : null;
}

/** What was stored. A reply that was being written then is one that was stopped. */
export function parseTurns(value: unknown): readonly Turn[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).flatMap((turn): readonly Turn[] => {
    const { replies } = turn;
    if (typeof turn["prompt"] !== "string" || !Array.isArray(replies)) return [];
    return [{ prompt: turn["prompt"], replies: replies.map(parseReply) }];
  });
}

function parseReply(value: unknown): Reply {
  const reply = fieldsOf(value);
  const { state } = reply;
  return {
    from: textOf(reply["from"]),
    rounds: listOf(reply["rounds"]).map(({ text, calls }) => ({ text: textOf(text), calls: listOf(calls).map((call) => ({ ...parseCall(call), result: textOf(call["result"]) })) })),
    text: textOf(reply["text"]),
    calls: listOf(reply["calls"]).map(parseCall),
    state: state === "done" || state === "failed" ? state : "stopped",
    error: textOf(reply["error"]),
    hint: textOf(reply["hint"]),
    firstMs: numberOf(reply["firstMs"]),
    totalMs: numberOf(reply["totalMs"]) ?? 0,
    tokens: numberOf(reply["tokens"]) ?? 0,
  };
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function parseCall(call: Fields): ToolCall {
  return { id: textOf(call["id"]), name: textOf(call["name"]), arguments: textOf(call["arguments"]) };
}

/** The conversation for people. Nothing in it can end the text that it is part of. */
export function toMarkdown(turns: readonly Turn[], settings: Settings): string {
  const parts = ["# Conversation"];
  if (settings.system.trim() !== "") parts.push("## System", quoted(settings.system));
  for (const { prompt, replies } of turns) {
    parts.push("## User", quoted(prompt));
    for (const reply of replies) parts.push(`## ${reply.from.replace(/\s+/g, " ")}`, quoted([...reply.rounds.flatMap(linesOf), ...(reply.state === "failed" ? [`[error] ${reply.error}`] : linesOf(reply))].join("\n")));
  }
  return parts.join("\n\n") + "\n";
}

function linesOf({ text, calls }: { readonly text: string; readonly calls: readonly (ToolCall | AnsweredCall)[] }): readonly string[] {
  const called = calls.flatMap((call) => [`[calls] ${call.name}(${call.arguments})`, ...("result" in call ? [`[result] ${call.result}`] : [])]);
  return text === "" ? called : [text, ...called];
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

export function toJson(turns: readonly Turn[], settings: Settings): string {
  return JSON.stringify({ settings: { system: settings.system, ...readSettings(settings).sampling }, turns }, null, 2) + "\n";
}
