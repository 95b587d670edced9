/** What is known of the server behind the page, and of the backend behind the server. */

import { Value } from "../value.ts";

export interface LinkState {
  /** "stopped": nobody answers. "restarted": somebody does, who does not know this page. */
  readonly server: "up" | "stopped" | "restarted";
  /** Why the backend cannot be asked; null while it can. */
  readonly backend: string | null;
  /** What to do about it; "" where nobody knows. */
  readonly hint: string;
  /** What the backend says of this release. */
  readonly notice: Notice | null;
}

export interface Notice {
  readonly text: string;
  readonly sunset: string | null;
}

const upAndRunning: LinkState = { server: "up", backend: null, hint: "", notice: null };

/** The routes behind which the backend is asked. */
const upstream = /^\/api\/(credentials|me|models|projects?|jobs|deployments|inference|estimate|preview)(\/|\?|$)/;

/** The words with which the server refuses a page of another launch. */
const refusal = "Missing or invalid studio token";

export class Link {
  readonly state = new Value<LinkState>(upAndRunning);
  /** Counts how often the server came back: who waits may try at once. */
  readonly returned = new Value(0);

  /** Hears of an answer. message and hint are the server's, of an error. */
  heard(path: string, status: number, message: string | null, hint = ""): void {
    const before = this.state.get();
    const server = status === 403 && message === refusal ? "restarted" : "up";
    let backend = before.backend;
    if (upstream.test(path)) backend = status === 502 || status === 503 ? (message ?? "the backend does not answer") : null;
    this.#change({ server, backend, hint: upstream.test(path) ? hint : before.hint });
    if (before.server === "stopped") this.returned.set(this.returned.get() + 1);
  }

  /** Hears that nobody answered. */
  lost(): void {
    this.#change({ server: "stopped" });
  }

  /** Hears the headers of an answer; only "Deprecation: true" counts as a notice. */
  headers(headers: Headers): void {
    if (headers.get("Deprecation") !== "true") return;
    const warning = headers.get("Warning") ?? "";
    const quoted = /"((?:[^"\\]|\\.)*)"/.exec(warning)?.[1]?.replace(/\\(.)/g, "$1");
    const text = quoted ?? (warning === "" ? "This release of Arkor is deprecated" : warning);
    const notice = { text, sunset: headers.get("Sunset") };
    const before = this.state.get().notice;
    if (before?.text !== notice.text || before.sunset !== notice.sunset) this.#change({ notice });
  }

  #change(change: Partial<LinkState>): void {
    const before = this.state.get();
    const after = { ...before, ...change };
    if (after.server !== before.server || after.backend !== before.backend || after.hint !== before.hint || after.notice !== before.notice) this.state.set(after);
  }
}
