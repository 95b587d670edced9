/** What the server tells every page: the project's manifest, and the trainings that run here. */

import { Value } from "../value.ts";
import type { Api } from "./api.ts";
import { parseManifest, parseRuns, type Manifest, type Run } from "./shapes.ts";
import { EventStream } from "./stream.ts";

export class News {
  readonly manifest = new Value<Manifest | null>(null);
  readonly runs = new Value<readonly Run[] | null>(null);
  /** Counts the changes of who we are and which project this is. */
  readonly identity = new Value(0);
  readonly stream: EventStream;

  constructor(api: Api) {
    this.stream = new EventStream(api, (frame) => this.#hear(frame.event, frame.data));
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
