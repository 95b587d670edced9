import { ResponseShapeError, StreamError } from "./errors.ts";
import { asRecord, asString } from "./json.ts";
import { FrameParser, type Frame } from "./sse.ts";

/**
 * Yields the text of a streamed `infer` answer, piece by piece. Throws
 * StreamError when the backend reports a failure in the middle.
 */
export async function* readInferStream(response: Response): AsyncGenerator<string, void> {
  if (response.headers.get("content-type")?.startsWith("application/json")) {
    throw new ResponseShapeError("the answer is one JSON document, not a stream", {
      hint: "call infer with stream: true, or read the answer with response.json()",
    });
  }
  if (response.body === null) throw new ResponseShapeError("the answer has no body to read text from");
  const reader = response.body.getReader();
  const parser = new FrameParser();
  try {
    for (;;) {
      const chunk = await reader.read();
      if (chunk.done) return;
      for (const frame of parser.push(chunk.value)) {
        const part = readTextFrame(frame);
        if (part.end) return;
        if (part.text !== "") yield part.text;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Returns the text of one frame, and whether the text ends with it. */
export function readTextFrame(frame: Frame): { readonly text: string; readonly end: boolean } {
  const { event, data } = frame;
  if (event === "end" || data === "[DONE]") return { text: "", end: true };
  if (event === "ping" || data === "") return { text: "", end: false };
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    value = data;
  }
  const fields = asRecord(value);
  if (event === "error") {
    throw new StreamError(asString(fields?.["error"]) ?? "the backend broke off the answer");
  }
  if (typeof value === "string") return { text: value, end: false };
  const choices = fields?.["choices"];
  const delta = asRecord(asRecord(Array.isArray(choices) ? choices[0] : undefined)?.["delta"]);
  const text =
    asString(delta?.["content"]) ?? asString(fields?.["content"]) ?? asString(fields?.["text"]) ?? "";
  return { text, end: false };
}
