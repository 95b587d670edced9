/** An event stream that comes back by itself and repeats nothing. */

import { defaultTiming, reconnectDelay } from "../../../../sdk/src/reconnect.ts";
import { FrameParser, type Frame } from "../../../../sdk/src/sse.ts";
import { ApiError, messageOf, type Api } from "./api.ts";
import { Seen } from "./seen.ts";

export type { Frame };

export type StreamState =
  | { readonly name: "connecting" }
  | { readonly name: "open" }
  /** Lost, and tried again by itself. */
  | { readonly name: "retrying"; readonly since: number }
  /** Refused; trying again is up to the reader. */
  | { readonly name: "failed"; readonly error: ApiError }
  | { readonly name: "ended" };

export interface StreamOptions {
  readonly path: string;
  /** The id behind which to begin; "" for the beginning. */
  readonly after?: string;
  /** Frames in their order, those of one piece of the answer at once. */
  readonly onFrames: (frames: readonly Frame[]) => void;
  readonly onState?: (state: StreamState) => void;
  /** The frame after which nothing comes. */
  readonly isLast?: (frame: Frame) => boolean;
}

/** Without a word for this long, pings included, the other side is gone. */
const silenceMs = 45_000;
/** A page that nobody looks at gives its connection to others: a browser has six for a host. */
const hiddenMs = 30_000;
const longestWaitMs = 10_000;

export class EventStream {
  readonly #api: Api;
  readonly #options: StreamOptions;
  readonly #seen = new Seen();
  #last: string;
  #failures = 0;
  #lostAt: number | null = null;
  #attempt: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #done = false;
  readonly #forget: (() => void)[] = [];

  constructor(api: Api, options: StreamOptions) {
    this.#api = api;
    this.#options = options;
    this.#last = options.after ?? "";
    this.#seen.isNew(this.#last);
    const look = (): void => this.#look();
    document.addEventListener("visibilitychange", look);
    this.#forget.push(() => document.removeEventListener("visibilitychange", look));
    this.#forget.push(makeRoom(() => document.hidden && this.#pause()));
    this.#forget.push(api.link.returned.subscribe(() => this.#attempt === null && !document.hidden && void this.#connect()));
    this.#state({ name: "connecting" });
    // A tab that was opened in the background reads when somebody looks at it.
    if (!document.hidden) void this.#connect();
  }

  close(): void {
    this.#done = true;
    this.#pause();
    clearTimeout(this.#hiding);
    for (const forget of this.#forget) forget();
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#attempt = null;
  }

  #look(): void {
    clearTimeout(this.#hiding);
    if (document.hidden) this.#hiding = setTimeout(() => this.#pause(), hiddenMs);
    else if (this.#attempt === null) void this.#connect();
  }

  async #connect(): Promise<void> {
    if (this.#done) return;
    clearTimeout(this.#timer);
    askForRoom();
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      await this.#read(attempt);
      if (this.#attempt === attempt) this.#later(null);
    } catch (reason) {
      if (this.#attempt === attempt) this.#later(reason);
    }
  }

  async #read(attempt: AbortController): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.#last !== "") headers["Last-Event-ID"] = this.#last;
    const response = await this.#api.open(this.#options.path, { headers, signal: attempt.signal });
    const reader = response.body?.getReader();
    if (!reader || this.#attempt !== attempt) return;
    this.#lostAt = null;
    this.#state({ name: "open" });
    const parser = new FrameParser();
    for (;;) {
      const quiet = setTimeout(() => void reader.cancel(), silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(quiet));
      if (done || this.#attempt !== attempt) return;
      this.#deliver(parser.push(value));
    }
  }

  #deliver(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    this.#failures = 0;
    const fresh: Frame[] = [];
    let last = false;
    for (const frame of frames) {
      const ends = this.#options.isLast?.(frame) ?? false;
      // The end may come under the id of the frame before it.
      if (!this.#seen.isNew(frame.id) && !ends) continue;
      if (frame.id !== "") this.#last = frame.id;
      if (frame.event === "ping") continue;
      fresh.push(frame);
      last ||= ends;
    }
    if (last) this.close();
    if (fresh.length > 0) this.#options.onFrames(fresh);
    if (last) this.#state({ name: "ended" });
  }

  #later(reason: unknown): void {
    this.#attempt = null;
    if (this.#done) return;
    if (reason instanceof ApiError && isFinal(reason.status)) {
      this.close();
      this.#state({ name: "failed", error: reason });
      return;
    }
    if (reason !== null && !(reason instanceof ApiError)) console.debug("event stream:", messageOf(reason));
    this.#lostAt ??= Date.now();
    this.#state({ name: "retrying", since: this.#lostAt });
    const wait = Math.min(reconnectDelay(defaultTiming, this.#failures++, Math.random()), longestWaitMs);
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }

  #state(state: StreamState): void {
    this.#options.onState?.(state);
  }
}

const channelName = "arkor-studio-streams";

/** Tells the other tabs of this browser that this one is going to read: those that nobody looks at give up their connections at once. */
function askForRoom(): void {
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(null);
  channel.close();
}

/** Returns how to stop listening. */
function makeRoom(leave: () => void): () => void {
  if (typeof BroadcastChannel === "undefined") return () => undefined;
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = leave;
  return () => channel.close();
}

/** Whether asking again would be answered the same. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
