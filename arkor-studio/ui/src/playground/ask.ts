/** Asks a model by way of the server. */

import { readTextFrame } from "../../../../sdk/src/infer-stream.ts";
import { FrameParser, type Frame } from "../../../../sdk/src/sse.ts";
import type { Api } from "../net/api.ts";
import { fieldsOf, numberOf, textOf } from "../net/shapes.ts";
import type { ChatBody } from "./turns.ts";

/** What comes of an answer at once. */
export interface Piece {
  readonly text: string;
  readonly calls: readonly CallPart[];
  /** How many tokens the answer has so far, where the backend counts. */
  readonly tokens: number | null;
}

/** A part of a tool call: the first has the id and the name, and the arguments come in pieces. */
export interface CallPart {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export async function* ask(api: Api, body: ChatBody, signal: AbortSignal): AsyncGenerator<Piece, void> {
  const response = await api.open("/api/inference/chat", { method: "POST", body, signal });
  if (response.body === null) throw new Error("The answer has no body");
  if (response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error("The answer is one JSON document, and not a stream");
  const reader = response.body.getReader();
  const parser = new FrameParser();
  try {
    for (;;) {
      const chunk = await reader.read();
      if (chunk.done) return;
      for (const frame of parser.push(chunk.value)) {
        const { text, end } = readTextFrame(frame);
        if (end) return;
        const piece = { text, ...restOf(frame) };
        if (text !== "" || piece.calls.length > 0 || piece.tokens !== null) yield piece;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function restOf(frame: Frame): Pick<Piece, "calls" | "tokens"> {
  let value: unknown = null;
  try {
    value = JSON.parse(frame.data) as unknown;
  } catch {
    // It was text.
  }
  const { choices, usage } = fieldsOf(value);
  const calls = fieldsOf(fieldsOf(Array.isArray(choices) ? choices[0] : null)["delta"])["tool_calls"];
  return {
    tokens: numberOf(fieldsOf(usage)["completion_tokens"]),
    calls: (Array.isArray(calls) ? calls : []).map((item, at) => {
      const called = fieldsOf(fieldsOf(item)["function"]);
      return { index: numberOf(fieldsOf(item)["index"]) ?? at, id: textOf(fieldsOf(item)["id"]), name: textOf(called["name"]), arguments: textOf(called["arguments"]) };
    }),
  };
}
