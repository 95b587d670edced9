import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inferBody, type InferArgs } from "../src/chat.ts";
import { inPart } from "../src/dataset-split.ts";
import { readDeprecation } from "../src/deprecation.ts";
import { errorCode, errorMessage } from "../src/error-body.ts";
import { codeOfStatus, StreamError } from "../src/errors.ts";
import { applyEvent, parsePayload } from "../src/events.ts";
import { readInferStream } from "../src/infer-stream.ts";
import { openJobConfig, type TrainingJob } from "../src/job.ts";
import { LineChecker } from "../src/jsonl-check.ts";
import { parsePreview, refusal } from "../src/preview.ts";
import { reconnectDelay } from "../src/reconnect.ts";
import { expiresSoon, parseTokenOutput, sameIdentity } from "../src/token-output.ts";
import type { TrainerInput } from "../src/trainer-input.ts";
import { upgradeCommand } from "../src/upgrade.ts";
import { version } from "../src/version.ts";
import { eachCase, fromBase64, wire } from "./support/vectors.ts";

eachCase<
  { input: TrainerInput; datasetId?: string; evalDatasetId?: string },
  { name: string; config: unknown; refused: string | null }
>(
  "job-config.json",
  ["input", "datasetId", "evalDatasetId"],
  // What arkor-backend refuses is for its own tests.
  ["name", "config", "refused"],
  ({ input, datasetId, evalDatasetId }, { refused: _, ...out }) => {
    const datasetSource =
      datasetId === undefined ? input.dataset : { type: "file", datasetId, evalDatasetId };
    const config = { ...openJobConfig(input), datasetSource };
    assert.deepEqual(wire({ name: input.name, config }), out);
  },
);

eachCase<
  { job: TrainingJob; data: string },
  { progress: boolean; job: unknown; callback: string | null; argument: unknown; final: boolean }
>(
  "event-dispatch.json",
  ["job", "data"],
  ["progress", "job", "callback", "argument", "final"],
  ({ job, data }, out) => {
    const before = structuredClone(job);
    const payload = parsePayload(data);
    const effect =
      payload === undefined ? { job, dispatch: undefined, final: false } : applyEvent(job, payload);
    const got = {
      progress: payload !== undefined,
      job: effect.job,
      callback: effect.dispatch?.name ?? null,
      argument: effect.dispatch?.argument ?? null,
      final: effect.final,
    };
    assert.deepEqual(wire(got), out);
    assert.deepEqual(job, before, "the job handed in was changed");
  },
);

eachCase<
  { initialMs: number; maxMs: number; failures: number; random: number },
  { delayMs: number }
>(
  "reconnect-delay.json",
  ["initialMs", "maxMs", "failures", "random"],
  ["delayMs"],
  ({ initialMs, maxMs, failures, random }, out) => {
    assert.equal(reconnectDelay({ initialMs, maxMs }, failures, random), out.delayMs);
  },
);

eachCase<
  { status: number; contentType: string; body: string; userAgent?: string; program?: string },
  { message: string; code: string }
>(
  "error-body.json",
  ["status", "contentType", "body", "userAgent", "program"],
  ["message", "code"],
  ({ status, body, userAgent = "", program = "" }, out) => {
    const message = errorMessage(status, body, () => upgradeCommand(userAgent, program));
    assert.deepEqual({ message, code: errorCode(body) ?? codeOfStatus(status) }, out);
  },
);

eachCase<
  { headers: Record<string, string> },
  { notice: { message: string; sunset: string | null } | null }
>("deprecation.json", ["headers"], ["notice"], ({ headers }, out) => {
  const got = readDeprecation(new Headers(headers)) ?? null;
  const notice = out.notice && {
    version,
    message: out.notice.message.replace("<version>", version),
    sunset: out.notice.sunset,
  };
  assert.deepEqual(got, notice);
});

eachCase<{ args: InferArgs; jobId: string; step: number }, { body: unknown; refused: string | null }>(
  "chat-body.json",
  ["args", "jobId", "step"],
  ["body", "refused"],
  ({ args, jobId, step }, out) => {
    assert.deepEqual(wire(inferBody(args, { kind: "checkpoint", jobId, step })), out.body);
  },
);

eachCase<{ chunks: string[] }, { deltas: string[]; error?: string }>(
  "infer-stream.json",
  ["chunks"],
  ["deltas", "error"],
  async ({ chunks }, out) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(fromBase64(chunk));
        controller.close();
      },
    });
    const deltas: string[] = [];
    const read = async (): Promise<void> => {
      for await (const text of readInferStream(new Response(body))) deltas.push(text);
    };
    if (out.error === undefined) await read();
    else {
      const expected = out.error;
      await assert.rejects(read, (error) => error instanceof StreamError && error.message === expected);
    }
    assert.deepEqual(deltas, out.deltas);
  },
);

eachCase<
  { output: string; next?: string; now?: number },
  { parsed: unknown; sameIdentity?: boolean; expiresSoon?: boolean }
>(
  "token-output.json",
  ["output", "next", "now"],
  ["parsed", "sameIdentity", "expiresSoon"],
  ({ output, next, now }, out) => {
    const parsed = parseTokenOutput(output);
    assert.deepEqual(parsed ?? null, out.parsed);
    const other = next === undefined ? undefined : parseTokenOutput(next);
    if (parsed !== undefined && other !== undefined) {
      assert.equal(sameIdentity(parsed, other), out.sameIdentity);
    }
    if (parsed !== undefined && now !== undefined) {
      assert.equal(expiresSoon(parsed, now), out.expiresSoon);
    }
  },
);

eachCase<
  { content: string },
  { id: string; samples?: number; problem?: { line: number; kind: string } }
>("dataset-hash.json", ["content"], ["id", "samples", "problem"], ({ content }, out) => {
  const bytes = fromBase64(content);
  assert.equal(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, out.id);
  // Whole, byte by byte out of a buffer that is used again, and cut in two anywhere.
  check([bytes]);
  check([...bytes].map((byte) => Uint8Array.of(byte)));
  for (let at = 1; at < bytes.length; at++) check([bytes.subarray(0, at), bytes.subarray(at)]);

  function check(chunks: readonly Uint8Array[]): void {
    const checker = new LineChecker();
    for (const chunk of chunks) {
      const reused = chunk.slice();
      checker.push(reused);
      reused.fill(0);
    }
    const problem = checker.end();
    assert.deepEqual(problem && { line: problem.line, kind: problem.kind }, out.problem);
    if (out.samples !== undefined) assert.equal(checker.samples, out.samples);
  }
});

eachCase<{ lines: string[]; fraction: number; seed: number }, { first: number[]; second: number[] }>(
  "dataset-split.json",
  ["lines", "fraction", "seed"],
  ["first", "second"],
  ({ lines, fraction, seed }, out) => {
    for (const side of ["first", "second"] as const) {
      const numbers = lines.map((_, index) => index + 1);
      const inSide = (line: number): boolean =>
        inPart(JSON.parse(lines[line - 1] ?? "") as object, [{ fraction, seed, side }]);
      assert.deepEqual(numbers.filter(inSide), out[side]);
    }
  },
);
eachCase<
  { body: Record<string, unknown> },
  { refusal?: string | null; hint?: string | null; warnings?: string[]; unavailable?: string }
>("preview.json", ["body"], ["refusal", "hint", "warnings", "unavailable"], ({ body }, out) => {
  const { preview, unavailable } = parsePreview(body);
  if (preview === undefined) return assert.deepEqual({ unavailable }, out);
  const [first] = preview.refusals;
  const error = first === undefined ? undefined : refusal(first);
  assert.deepEqual(
    {
      refusal: error?.message ?? null,
      hint: error?.hint ?? null,
      warnings: preview.warnings.map(({ code }) => code),
    },
    out,
  );
});
