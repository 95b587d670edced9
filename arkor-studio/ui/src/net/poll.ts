/** Asks again and again, one question at a time. */

export interface PollState<T> {
  /** The latest answer; it stays when a later question fails. */
  readonly data: T | null;
  readonly error: unknown;
  /** Whether a person waits for a fresh answer. */
  readonly refreshing: boolean;
}

export interface PollOptions<T> {
  readonly load: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds from an answer to the next question; null for no more. */
  readonly every: (state: PollState<T>) => number | null;
  readonly onState: (state: PollState<T>) => void;
  /** Whether nobody looks, so that nothing is asked. */
  readonly isHidden: () => boolean;
}

export class Poll<T> {
  readonly #options: PollOptions<T>;
  readonly #leaving = new AbortController();
  #state: PollState<T> = { data: null, error: null, refreshing: false };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #again = false;

  constructor(options: PollOptions<T>) {
    this.#options = options;
    void this.#ask();
  }

  /** Asks now; behind a question that is open, once more. */
  refresh(): void {
    this.#set({ refreshing: true });
    if (this.#asking) this.#again = true;
    else void this.#ask();
  }

  /** Asks now instead of later; not where a question is open or nothing more is asked. */
  wake(): void {
    if (!this.#asking && this.#options.every(this.#state) !== null) void this.#ask();
  }

  stop(): void {
    this.#leaving.abort();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const { signal } = this.#leaving;
    if (signal.aborted) return;
    this.#asking = true;
    this.#again = false;
    let answer: Partial<PollState<T>>;
    try {
      answer = { data: await this.#options.load(signal), error: null };
    } catch (error) {
      answer = { error };
    }
    this.#asking = false;
    if (signal.aborted) return;
    this.#set({ ...answer, refreshing: this.#again });
    if (this.#again) return this.#ask();
    const wait = this.#options.every(this.#state);
    if (wait !== null) this.#timer = setTimeout(() => this.#options.isHidden() || void this.#ask(), wait);
  }

  #set(change: Partial<PollState<T>>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }
}

const strandedMs = 10_000;

/** A pause, longer while there is an error instead of an answer. */
export function slowed(pauseMs: number | null, error: unknown): number | null {
  return pauseMs !== null && error !== null ? Math.max(pauseMs, strandedMs) : pauseMs;
}

/** The pause before another look for a server that is gone, behind a pause. */
export function nextProbe(pauseMs: number): number {
  return Math.min(pauseMs * 1.5, strandedMs);
}
