/** Timing of reconnects. */

export interface ReconnectTiming {
  readonly initialMs: number;
  /** Upper bound of every delay. */
  readonly maxMs: number;
}

export const defaultTiming: ReconnectTiming = { initialMs: 1000, maxMs: 60_000 };

/**
 * Returns the delay before the next attempt. `failures` counts the failures
 * before this one; `random` is a number from [0, 1) and 0.5 means no jitter.
 */
export function reconnectDelay(timing: ReconnectTiming, failures: number, random: number): number {
  const exponential = Math.min(timing.initialMs * 2 ** failures, timing.maxMs);
  const jittered = exponential + exponential * (random * 0.5 - 0.25);
  return Math.min(Math.max(jittered, 0), timing.maxMs);
}

/** Clock and chance, replaceable in tests. */
export interface Clock {
  /** Resolves after the time; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after the time unless the returned function is called first. */
  alarm(ms: number, ring: () => void): () => void;
  random(): number;
  /** Unix time in milliseconds. */
  now(): number;
}

export const systemClock: Clock = {
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
  alarm(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  now: Date.now,
};
