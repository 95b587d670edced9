import { CloudApiError, AuthError, StreamError } from "./errors.ts";
import { parsePayload } from "./events.ts";
import { reconnectDelay, type Clock, type ReconnectTiming } from "./reconnect.ts";
import { FrameParser, type Frame } from "./sse.ts";

/** Silence after which a connection that is known to ping counts as broken. */
const silenceMs = 60_000;

export interface FollowOptions {
  /** Opens the stream behind an event id, or from the beginning. */
  readonly open: (lastEventId: string | undefined) => Promise<Response>;
  /** Handles one event. Resolves with true when nothing more is to be read. */
  readonly onEvent: (payload: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Handles an `end` frame; false means that the run goes on and we reconnect. */
  readonly onEnd: (data: string) => Promise<boolean>;
  /** Called before the wait that follows a failure. */
  readonly onFailure: (failure: { attempt: number; delayMs: number; error: unknown }) => Promise<void>;
  /** Where reading stands. Kept by the caller, since it outlives a failed `wait()`. */
  readonly position: { lastEventId: string | undefined };
  readonly timing: ReconnectTiming;
  /** Consecutive failures tolerated; undefined for no limit. */
  readonly maxFailures: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a job's event stream to its end, through any number of connections.
 * What the handlers throw passes through unchanged and ends it.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { timing, clock, signal } = options;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    const outcome = await readOnce(options);
    if (outcome.kind === "final") return;
    if (outcome.productive) failures = 0;
    if (outcome.kind === "closed") {
      await clock.sleep(Math.min(timing.initialMs, timing.maxMs), signal);
      continue;
    }
    const { error } = outcome;
    if (options.maxFailures !== undefined && failures >= options.maxFailures) {
      throw new StreamError(
        `Trainer SSE stream failed ${failures + 1} consecutive times; giving up.`,
        { cause: error },
      );
    }
    const delay = reconnectDelay(timing, failures, clock.random());
    const delayMs = Math.max(delay, askedToWait(error));
    failures++;
    await options.onFailure({ attempt: failures, delayMs, error });
    await clock.sleep(delayMs, signal);
  }
}

type Outcome =
  | { readonly kind: "final" }
  | { readonly kind: "closed"; readonly productive: true }
  | { readonly kind: "broken"; readonly productive: boolean; readonly error: unknown };

/** Opens the stream once and reads it until it ends or breaks. */
async function readOnce(options: FollowOptions): Promise<Outcome> {
  const { signal, position } = options;
  let response: Response;
  try {
    response = await options.open(position.lastEventId);
  } catch (error) {
    if (signal?.aborted || isPermanent(error)) throw error;
    return { kind: "broken", productive: false, error };
  }
  let productive = false;
  const frames = readFrames(response, options.clock);
  try {
    for (;;) {
      let next: IteratorResult<Frame, void>;
      try {
        next = await frames.next();
      } catch (error) {
        if (signal?.aborted) throw error;
        return { kind: "broken", productive, error };
      }
      if (next.done) break;
      const frame = next.value;
      if (frame.id !== "") position.lastEventId = frame.id;
      if (frame.event === "ping") continue;
      if (frame.event === "end") {
        if (await options.onEnd(frame.data)) return { kind: "final" };
        break;
      }
      const payload = parsePayload(frame.data);
      if (payload === undefined) continue;
      productive = true;
      if (await options.onEvent(payload)) return { kind: "final" };
    }
  } finally {
    await frames.return();
  }
  if (productive) return { kind: "closed", productive };
  const error = new Error("SSE stream closed without emitting any frame");
  return { kind: "broken", productive, error };
}

/** Yields the frames of an answer and lets go of its connection when left. */
async function* readFrames(response: Response, clock: Clock): AsyncGenerator<Frame, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const parser = new FrameParser();
  let pings = false;
  try {
    for (;;) {
      const chunk = await (pings ? beforeSilence(reader.read(), clock) : reader.read());
      if (chunk.done) return;
      for (const frame of parser.push(chunk.value)) {
        if (frame.event === "ping") pings = true;
        yield frame;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function beforeSilence<T>(reading: Promise<T>, clock: Clock): Promise<T> {
  let cancelAlarm = (): void => undefined;
  const silence = new Promise<never>((_, reject) => {
    cancelAlarm = clock.alarm(silenceMs, () => {
      reject(new Error(`no bytes for ${silenceMs / 1000} s on the event stream`));
    });
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    cancelAlarm();
  }
}

/** Answers that no later attempt will change. */
function isPermanent(error: unknown): boolean {
  if (error instanceof AuthError) return true;
  return error instanceof CloudApiError && [401, 403, 410, 426].includes(error.status);
}

function askedToWait(error: unknown): number {
  if (!(error instanceof CloudApiError)) return 0;
  return error.status === 429 || error.status === 503 ? (error.retryAfterMs ?? 0) : 0;
}
