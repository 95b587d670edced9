/** Follows the address, and lets a page keep the reader from leaving by mistake. */

import { Value } from "../value.ts";
import { parseRoute, type Route } from "./route.ts";

/** What of a window is needed here, so that tests can play it. */
export interface Browser {
  readonly location: { hash: string; replace(url: string): void; reload(): void };
  readonly history: { readonly state: unknown; replaceState(state: unknown, unused: string): void; go(delta: number): void };
  addEventListener(type: "hashchange", listener: () => void): void;
  addEventListener(type: "beforeunload", listener: (event: { preventDefault(): void }) => void): void;
}

/** A page's wish to be asked before it is left. */
export interface Guard {
  /** What would be lost; null while nothing would. */
  question(): string | null;
}

/** A navigation that waits for an answer. */
export interface Asked {
  readonly question: string;
  readonly leave: () => void;
  readonly stay: () => void;
}

export class Router {
  readonly route: Value<Route>;
  /** The question that is open, if any. */
  readonly asked = new Value<Asked | null>(null);

  readonly #browser: Browser;
  readonly #guards = new Set<Guard>();
  /** Numbers the history's entries of this document, so that Back differs from forward. */
  #position: number;
  #hash: string;
  #rollingBack = false;
  #allowed = false;

  constructor(browser: Browser) {
    this.#browser = browser;
    this.#position = positionOf(browser.history.state) ?? 0;
    this.#hash = browser.location.hash;
    this.#stamp();
    this.route = new Value(parseRoute(this.#hash));
    browser.addEventListener("hashchange", () => this.#arrive());
    browser.addEventListener("beforeunload", (event) => {
      if (this.question() !== null) event.preventDefault();
    });
  }

  go(href: string): void {
    this.#browser.location.hash = href;
  }

  /**
   * Changes the address without a new entry in the history, and without asking.
   * The route is there at once: the browser tells of it later, and a field whose
   * text is in the address would be drawn without its last letters meanwhile.
   */
  replace(href: string): void {
    if (href === this.#browser.location.hash) return;
    this.#allowed = true;
    this.#browser.location.replace(href);
    this.route.set(parseRoute(href));
  }

  /** Leaves a page whose subject is gone: a step back where there is one, else to href. Nobody is asked. */
  backOr(href: string): void {
    this.#allowed = true;
    if (this.#position > 0) this.#browser.history.go(-1);
    else this.#browser.location.replace(href);
  }

  /** Returns how to take the guard away. */
  guard(guard: Guard): () => void {
    this.#guards.add(guard);
    return () => this.#guards.delete(guard);
  }

  /** The first question of a page that would lose something. */
  question(): string | null {
    for (const guard of this.#guards) {
      const question = guard.question();
      if (question !== null) return question;
    }
    return null;
  }

  #arrive(): void {
    if (this.#rollingBack) {
      this.#rollingBack = false;
      return;
    }
    const from = this.#position;
    // A visited entry keeps its number; a replaced one has lost it.
    const replaced = this.#allowed && positionOf(this.#browser.history.state) === null;
    const to = positionOf(this.#browser.history.state) ?? (replaced ? from : from + 1);
    const question = this.#allowed ? null : this.question();
    this.#allowed = false;
    this.#position = to;
    this.#stamp();
    if (question === null || to === from) {
      this.asked.set(null);
      this.#hash = this.#browser.location.hash;
      this.route.set(parseRoute(this.#hash));
      return;
    }
    this.#position = from;
    this.#rollingBack = true;
    this.#browser.history.go(from - to);
    this.asked.set({
      question,
      stay: () => this.asked.set(null),
      leave: () => {
        this.asked.set(null);
        this.#allowed = true;
        this.#browser.history.go(to - from);
      },
    });
  }

  #stamp(): void {
    const { history } = this.#browser;
    if (positionOf(history.state) !== this.#position) history.replaceState({ position: this.#position }, "");
  }
}

function positionOf(state: unknown): number | null {
  if (typeof state !== "object" || state === null || !("position" in state)) return null;
  return typeof state.position === "number" && Number.isInteger(state.position) && state.position >= 0 ? state.position : null;
}
