/** Who follows a job or a run in the tab's stream, and how far that is. */

import { fieldsOf, numberOf, textOf, type Fields } from "./shapes.ts";
import { ApiError } from "./api.ts";
import type { Link } from "./link.ts";
import { Seen } from "./seen.ts";
import type { Frame, StreamState } from "./stream.ts";

export type Kind = "job" | "run";

export interface FollowOptions {
  /** The id behind which to begin; "" for the beginning. */
  readonly after?: string;
  /** Frames in their order, those of one piece of the answer at once. */
  readonly onFrames: (frames: readonly Frame[]) => void;
  readonly onState?: (state: StreamState) => void;
  /** The frame after which nothing comes. */
  readonly isLast: (frame: Frame) => boolean;
}

export class Follower {
  readonly kind: Kind;
  readonly #id: string;
  readonly #options: FollowOptions;
  readonly #link: Link;
  readonly #seen = new Seen();
  #last: string;
  #lostAt: number | null = null;
  #left = false;

  constructor(kind: Kind, id: string, options: FollowOptions, link: Link) {
    this.kind = kind;
    this.#id = id;
    this.#options = options;
    this.#link = link;
    this.#last = options.after ?? "";
    this.#seen.isNew(this.#last);
    this.tell({ name: "connecting" });
  }

  /** Where to go on, as the server wants to be asked. */
  query(): string {
    return `${this.kind}=${twice(this.#id)}:${twice(this.#last)}`;
  }

  leave(): void {
    this.#left = true;
  }

  tell(state: StreamState): void {
    if (!this.#left) this.#options.onState?.(state);
  }

  /** Takes what the server says of its own source; returns whether that was all. */
  stand(text: string): boolean {
    let data: Fields;
    try {
      data = fieldsOf(JSON.parse(text));
    } catch {
      return false;
    }
    const status = numberOf(data["status"]) ?? 0;
    const error = new ApiError(status, textOf(data["error"]), textOf(data["code"]), textOf(data["hint"]));
    const open = data["state"] === "open";
    if (this.kind === "job") this.#link.heard("/api/jobs", open ? 200 : status, open ? null : error.message, error.hint);
    if (open) {
      this.#lostAt = null;
      this.tell({ name: "open" });
    } else if (data["state"] === "retrying") {
      this.#lostAt ??= Date.now();
      this.tell({ name: "retrying", since: this.#lostAt });
    } else {
      this.tell({ name: "failed", error });
      return true;
    }
    return false;
  }

  /** Hands on what is new; returns whether that was all. */
  take(frames: readonly Frame[]): boolean {
    const fresh: Frame[] = [];
    let last = false;
    for (const frame of frames) {
      const ends = this.#options.isLast(frame);
      // The end may come under the id of the frame before it.
      if (!this.#seen.isNew(frame.id) && !ends) continue;
      if (frame.id !== "") this.#last = frame.id;
      fresh.push(frame);
      last ||= ends;
    }
    if (!this.#left && fresh.length > 0) this.#options.onFrames(fresh);
    if (last) this.tell({ name: "ended" });
    return last;
  }
}

/** Within a parameter, where a colon stands between two parts. */
function twice(text: string): string {
  return encodeURIComponent(encodeURIComponent(text));
}
