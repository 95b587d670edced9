import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameParser, type Frame } from "../src/sse.ts";
import { eachCase, fromBase64 } from "./support/vectors.ts";

function parse(chunks: readonly Uint8Array[]): Frame[] {
  const parser = new FrameParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

eachCase<{ chunks: string[] }, { frames: Frame[]; resumeId: string | null }>(
  "sse-frames.json",
  ["chunks"],
  ["frames", "resumeId"],
  ({ chunks }, out) => {
    const bytes = chunks.map(fromBase64);
    const frames = parse(bytes);
    assert.deepEqual(frames, out.frames);
    assert.equal(frames.findLast(({ id }) => id !== "")?.id ?? null, out.resumeId);

    const whole = new Uint8Array(Buffer.concat(bytes));
    assert.deepEqual(parse([whole]), out.frames);
    assert.deepEqual(parse([...whole].map((byte) => Uint8Array.of(byte))), out.frames);
    for (let at = 1; at < whole.length; at++) {
      assert.deepEqual(parse([whole.subarray(0, at), whole.subarray(at)]), out.frames, `split at ${at}`);
    }
  },
);

test("a frame of more than a mebibyte is read", () => {
  const data = "x".repeat(3 << 20);
  const bytes = new TextEncoder().encode(`data: ${data}\n\n`);
  const frames = parse([bytes.subarray(0, 1 << 20), bytes.subarray(1 << 20)]);
  assert.equal(frames[0]?.data.length, data.length);
});

test("a frame without end is refused before it fills the memory", () => {
  const parser = new FrameParser();
  const chunk = new TextEncoder().encode(`data: ${"x".repeat(1 << 20)}\n`);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) parser.push(chunk);
  }, /longer than/);
});

test("garbage makes no parser fail, whole or in pieces", () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 0x7fffffff);
  const alphabet = [...new TextEncoder().encode("\r\n:: dataeventid"), 0, 0x80, 0xc3, 0xef, 0xff];
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: random() % 200 }, () => alphabet[random() % alphabet.length] ?? 0);
    const at = random() % (bytes.length + 1);
    assert.deepEqual(parse([bytes.subarray(0, at), bytes.subarray(at)]), parse([bytes]));
  }
});
