import assert from "node:assert/strict";
import { test } from "node:test";
import { readInferStream } from "../src/infer-stream.ts";

test("leaving the loop lets go of the connection", async () => {
  let cancelled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: "a"\n\n')),
    cancel: () => void cancelled++,
  });
  for await (const text of readInferStream(new Response(body))) {
    assert.equal(text, "a");
    break;
  }
  assert.equal(cancelled, 1);
});

test("an answer that is no stream is said to be one document, or none", async () => {
  const unexpected = { name: "ResponseShapeError", code: "unexpected_response" };
  await assert.rejects(readInferStream(Response.json({ choices: [] })).next(), {
    ...unexpected,
    message: /one JSON document/,
    hint: /response\.json\(\)/,
  });
  await assert.rejects(readInferStream(new Response(null)).next(), { ...unexpected, message: /no body/ });
});
