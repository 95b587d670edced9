import { useEffect, useRef, useState } from "preact/hooks";

import { usePoll } from "../net/use-poll.ts";
import { useStudio } from "../studio.ts";

/** A value, and how many changes had been made here when it was asked for. */
export interface Dated<T> {
  readonly at: number;
  readonly value: T;
}

/** A change that was made here is newer than an answer that was asked for before it. */
export function newest<T>(loaded: Dated<T> | null, put: Dated<T> | null): T | null {
  if (put !== null && (loaded === null || loaded.at < put.at)) return put.value;
  return loaded?.value ?? null;
}

export interface Subject<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly refresh: () => void;
  /** What a change has made of it. */
  readonly put: (value: T) => void;
}

/** Something that is asked for once, again when the reader comes back, and changed from here. */
export function useSubject<T>(path: string, parse: (answer: unknown) => T): Subject<T> {
  const { api } = useStudio();
  const changes = useRef(0);
  const [put, setPut] = useState<(Dated<T> & { path: string }) | null>(null);
  const poll = usePoll(
    async (signal): Promise<Dated<T>> => {
      const at = changes.current;
      return { at, value: parse(await api.get(path, signal)) };
    },
    path,
    () => null,
  );
  useEffect(() => {
    const back = (): void => poll.refresh();
    addEventListener("focus", back);
    return () => removeEventListener("focus", back);
  }, [path]);
  return {
    data: newest(poll.data, put?.path === path ? put : null),
    error: poll.error,
    refresh: poll.refresh,
    put: (value) => setPut({ path, at: ++changes.current, value }),
  };
}

export interface Mutation {
  readonly busy: boolean;
  readonly error: unknown;
  /** Does one thing at a time: while something is under way, nothing. Tells whether it was done. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useMutation(): Mutation {
  // A second click may come before the button is drawn as disabled.
  const running = useRef(false);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  return {
    ...state,
    run: async (work) => {
      if (running.current) return false;
      running.current = true;
      setState({ busy: true, error: null });
      let error: unknown = null;
      try {
        await work();
      } catch (reason) {
        error = reason;
      }
      running.current = false;
      setState({ busy: false, error });
      return error === null;
    },
  };
}
