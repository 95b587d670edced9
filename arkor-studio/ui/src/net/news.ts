/** What the server tells every page: the project's manifest, and the trainings that run here. */

import { Value } from "../value.ts";
import type { Api } from "./api.ts";
import { parseManifest, parseRuns, type Manifest, type Run } from "./shapes.ts";
import { EventStream, type StreamState } from "./stream.ts";

export class News {
  readonly manifest = new Value<Manifest | null>(null);
  readonly runs = new Value<readonly Run[] | null>(null);
  readonly stream = new Value<StreamState>({ name: "connecting" });
  /** Counts the changes of who we are and which project this is. */
  readonly identity = new Value(0);

  readonly #api: Api;
  #readers = 0;
  #open: EventStream | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Listens for as long as anybody does; returns how to stop. */
  follow(): () => void {
    this.#readers++;
    this.#open ??= new EventStream(this.#api, {
      path: "/api/stream",
      onFrames: (frames) => frames.forEach((frame) => this.#hear(frame.event, frame.data)),
      onState: (state) => this.stream.set(state),
    });
    let following = true;
    return () => {
      if (!following) return;
      following = false;
      if (--this.#readers > 0) return;
      this.#open?.close();
      this.#open = null;
    };
  }

  #hear(event: string, text: string): void {
    let data: unknown;
    try {
      data = JSON.parse(text) as unknown;
    } catch {
      return;
    }
    if (event === "manifest") this.manifest.set(parseManifest(data));
    if (event === "runs") this.runs.set(parseRuns(data));
    if (event === "state") this.identity.set(this.identity.get() + 1);
  }
}
