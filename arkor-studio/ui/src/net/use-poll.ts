import { useEffect, useRef, useState } from "preact/hooks";

import { useStudio } from "../studio.ts";
import { Poll, slowed, type PollState } from "./poll.ts";

const usualMs = 5000;

/** Milliseconds to the next question. */
export type Every<T> = (state: PollState<T>) => number | null;

/**
 * Asks while the component is there and somebody looks, anew when what changes.
 * Without `every` the pause is 5 s, and longer while nobody answers.
 */
export function usePoll<T>(load: (signal: AbortSignal) => Promise<T>, what: string, every?: Every<T>) {
  const { link } = useStudio();
  const [state, setState] = useState<PollState<T> & { what: string }>({ data: null, error: null, refreshing: false, what });
  const latest = useRef({ load, every });
  latest.current = { load, every };
  const poll = useRef<Poll<T> | null>(null);
  useEffect(() => {
    const pace = (now: PollState<T>): number | null => slowed(latest.current.every ? latest.current.every(now) : usualMs, now.error);
    const current = new Poll<T>({
      load: (signal) => latest.current.load(signal),
      every: pace,
      onState: (next) => setState({ ...next, what }),
      isHidden: () => document.hidden,
    });
    poll.current = current;
    const look = (): void => void (document.hidden || current.wake());
    document.addEventListener("visibilitychange", look);
    const forget = link.returned.subscribe(() => current.wake());
    return () => {
      current.stop();
      document.removeEventListener("visibilitychange", look);
      forget();
    };
  }, [what, link]);
  // What is known of something else is nothing.
  const shown = state.what === what ? state : { data: null, error: null, refreshing: false };
  return { ...shown, refresh: () => poll.current?.refresh(), wake: () => poll.current?.wake() };
}
