/**
 * The one event stream of a tab: the news, and the events of jobs and the output
 * of runs while somebody follows them. A browser has six connections for a host.
 * It comes back by itself and repeats nothing.
 */

import { defaultTiming, reconnectDelay } from "../../../../sdk/src/reconnect.ts";
import { FrameParser, type Frame } from "../../../../sdk/src/sse.ts";
import { ApiError, messageOf, type Api } from "./api.ts";
import { Follower, type FollowOptions, type Kind } from "./follower.ts";
import { Value } from "../value.ts";

export type { Frame };

export type StreamState =
  | { readonly name: "connecting" }
  | { readonly name: "open" }
  /** Lost, and tried again by itself. */
  | { readonly name: "retrying"; readonly since: number }
  /** Refused; trying again is up to the reader. */
  | { readonly name: "failed"; readonly error: ApiError }
  | { readonly name: "ended" };

/** Without a word for this long, pings included, the other side is gone. */
const silenceMs = 45_000;
/** A page that nobody looks at gives its connection to others. */
const hiddenMs = 30_000;
const longestWaitMs = 10_000;

export class EventStream {
  readonly state = new Value<StreamState>({ name: "connecting" });

  readonly #api: Api;
  readonly #onNews: (frame: Frame) => void;
  readonly #followers = new Set<Follower>();
  /** Those that the connection is about, by the names of their events. */
  #named = new Map<string, Follower>();
  /** Behind which news to begin. */
  #last = "";
  #failures = 0;
  #lostAt: number | null = null;
  #attempt: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #changing = false;
  #open = false;
  #forget: (() => void)[] = [];

  constructor(api: Api, onNews: (frame: Frame) => void) {
    this.#api = api;
    this.#onNews = onNews;
  }

  open(): void {
    this.#open = true;
    const look = (): void => this.#look();
    document.addEventListener("visibilitychange", look);
    this.#forget = [
      () => document.removeEventListener("visibilitychange", look),
      makeRoom(() => document.hidden && this.#pause()),
      this.#api.link.returned.subscribe(() => this.#attempt === null && this.#connect()),
    ];
    this.#connect();
  }

  close(): void {
    this.#open = false;
    this.#pause();
    clearTimeout(this.#hiding);
    for (const forget of this.#forget) forget();
    this.#forget = [];
  }

  /** Follows a job or a run; returns how to stop. */
  follow(kind: Kind, id: string, options: FollowOptions): () => void {
    const follower = new Follower(kind, id, options, this.#api.link);
    this.#followers.add(follower);
    this.#change();
    return () => {
      follower.leave();
      // It may have come to its end long ago.
      if (this.#followers.delete(follower)) this.#change();
    };
  }

  /** Connects anew for others, once for all that come and go at once. */
  #change(): void {
    if (this.#changing) return;
    this.#changing = true;
    queueMicrotask(() => {
      this.#changing = false;
      const named = new Set(this.#named.values());
      if (named.size === this.#followers.size && [...named].every((follower) => this.#followers.has(follower))) return;
      const reading = this.#attempt !== null;
      this.#pause();
      if (reading) void this.#try();
      else this.#connect();
    });
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#attempt = null;
    this.#named = new Map();
  }

  #look(): void {
    clearTimeout(this.#hiding);
    if (document.hidden) this.#hiding = setTimeout(() => this.#pause(), hiddenMs);
    else if (this.#attempt === null) this.#connect();
  }

  #connect(): void {
    // A tab that was opened in the background reads when somebody looks at it.
    if (this.#open && !document.hidden) void this.#try();
  }

  async #try(): Promise<void> {
    clearTimeout(this.#timer);
    askForRoom();
    const attempt = new AbortController();
    this.#attempt = attempt;
    let reason: unknown = null;
    try {
      await this.#read(attempt);
    } catch (thrown) {
      reason = thrown;
    }
    if (this.#attempt === attempt) this.#later(reason);
  }

  async #read(attempt: AbortController): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.#last !== "") headers["Last-Event-ID"] = this.#last;
    const response = await this.#api.open("/api/stream" + this.#query(), { headers, signal: attempt.signal });
    const reader = response.body?.getReader();
    if (!reader || this.#attempt !== attempt) return;
    this.#lostAt = null;
    this.state.set({ name: "open" });
    const parser = new FrameParser();
    for (;;) {
      const quiet = setTimeout(() => void reader.cancel(), silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(quiet));
      if (done || this.#attempt !== attempt) return;
      this.#deliver(parser.push(value));
    }
  }

  /** What the connection is about; the server numbers those of a kind. */
  #query(): string {
    const counts: Record<Kind, number> = { job: 0, run: 0 };
    this.#named = new Map([...this.#followers].map((follower) => [follower.kind + counts[follower.kind]++, follower]));
    const followed = [...this.#named.values()].map((follower) => follower.query());
    return followed.length === 0 ? "" : "?" + followed.join("&");
  }

  #deliver(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    this.#failures = 0;
    const pieces = new Map<Follower, Frame[]>();
    for (const frame of frames) {
      const colon = frame.event.indexOf(":");
      const name = colon < 0 ? frame.event : frame.event.slice(0, colon);
      const follower = this.#named.get(name);
      if (follower === undefined) {
        if (frame.id !== "") this.#last = frame.id;
        if (frame.event !== "ping") this.#onNews(frame);
      } else if (colon < 0) {
        if (follower.stand(frame.data)) this.#drop(follower);
      } else {
        const piece = pieces.get(follower) ?? [];
        piece.push({ ...frame, event: frame.event.slice(colon + 1) });
        pieces.set(follower, piece);
      }
    }
    for (const [follower, piece] of pieces) if (follower.take(piece)) this.#drop(follower);
  }

  /** What has come to its end needs no other connection. */
  #drop(follower: Follower): void {
    this.#followers.delete(follower);
    for (const [name, other] of this.#named) if (other === follower) this.#named.delete(name);
  }

  #later(reason: unknown): void {
    this.#attempt = null;
    this.#named = new Map();
    if (!this.#open) return;
    if (reason instanceof ApiError && isFinal(reason.status)) {
      const failed = { name: "failed", error: reason } as const;
      for (const follower of this.#followers) follower.tell(failed);
      this.#followers.clear();
      this.state.set(failed);
      return;
    }
    if (reason !== null && !(reason instanceof ApiError)) console.debug("event stream:", messageOf(reason));
    this.#lostAt ??= Date.now();
    const retrying = { name: "retrying", since: this.#lostAt } as const;
    for (const follower of this.#followers) follower.tell(retrying);
    this.state.set(retrying);
    const wait = Math.min(reconnectDelay(defaultTiming, this.#failures++, Math.random()), longestWaitMs);
    this.#timer = setTimeout(() => this.#connect(), wait);
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
