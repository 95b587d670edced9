/** What every part of the page may need. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import type { Api } from "./net/api.ts";
import type { Link } from "./net/link.ts";
import type { News } from "./net/news.ts";
import type { Identity } from "./net/shapes.ts";
import type { Commands } from "./palette/commands.ts";
import type { Router } from "./router/router.ts";
import type { ThemeChoice } from "./shell/theme-choice.ts";
import { Value } from "./value.ts";

export interface Studio {
  readonly api: Api;
  readonly link: Link;
  readonly news: News;
  readonly router: Router;
  readonly theme: ThemeChoice;
  readonly commands: Commands;
  /** Who we are, as far as anybody has asked. */
  readonly who: Value<Identity | null>;
  /** The time in milliseconds, every half minute. */
  readonly now: Value<number>;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error("there is no Studio around this component");
  return studio;
}

export function useValue<T>(value: Value<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    redraw((n) => n + 1); // it may have changed since it was drawn
    return value.subscribe(() => redraw((n) => n + 1));
  }, [value]);
  return value.get();
}

/** The time in milliseconds, every second while it runs. */
export function useSeconds(runs: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!runs) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}

/** Asks before the page is left, while question is not null. */
export function useGuard(question: string | null): void {
  const { router } = useStudio();
  useEffect(() => (question === null ? undefined : router.guard({ question: () => question })), [router, question]);
}
