/** Which colours the page has: a choice of the reader, or the system's. */

import { Value } from "../value.ts";

export type Theme = "light" | "dark" | "system";

const key = "arkor-studio-theme";

/** What of a window is needed here; each part of it may throw. */
export interface Surroundings {
  localStorage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  matchMedia(query: string): { readonly matches: boolean; addEventListener(type: "change", listener: () => void): void };
  document: { documentElement: { dataset: DOMStringMap } };
}

export class ThemeChoice {
  readonly chosen: Value<Theme>;
  /** The colours that are shown. */
  readonly shown = new Value<"light" | "dark">("light");
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    this.chosen = new Value<Theme>(this.#stored());
    try {
      around.matchMedia(dark).addEventListener("change", () => this.#show());
    } catch {
      // Without a system's wish there is none to follow.
    }
    this.#show();
  }

  /** light, dark, system, and around. */
  next(): Theme {
    const order: Record<Theme, Theme> = { light: "dark", dark: "system", system: "light" };
    return order[this.chosen.get()];
  }

  choose(theme: Theme): void {
    this.chosen.set(theme);
    try {
      if (theme === "system") this.#around.localStorage.removeItem(key);
      else this.#around.localStorage.setItem(key, theme);
    } catch {
      // The choice holds until the page is left.
    }
    this.#show();
  }

  #stored(): Theme {
    try {
      const stored = this.#around.localStorage.getItem(key);
      if (stored === "light" || stored === "dark") return stored;
    } catch {
      // Storage may be forbidden; the page works without it.
    }
    return "system";
  }

  #show(): void {
    const chosen = this.chosen.get();
    const theme = chosen === "system" ? this.#systems() : chosen;
    this.#around.document.documentElement.dataset["theme"] = theme;
    this.shown.set(theme);
  }

  #systems(): "light" | "dark" {
    try {
      return this.#around.matchMedia(dark).matches ? "dark" : "light";
    } catch {
      return "light";
    }
  }
}

const dark = "(prefers-color-scheme: dark)";
