import type { TrainingResult } from "./job.ts";
import type { TrainerEvent } from "./trainer-events.ts";

interface Reading {
  readonly outcome: Promise<TrainingResult>;
  readonly controller: AbortController;
  listeners: number;
}

/** Somebody who needs the stream to be read. */
interface Listener {
  readonly outcome: Promise<TrainingResult>;
  /** Called once: the last one to leave closes the stream. */
  readonly leave: () => void;
}

export interface PumpOptions {
  /** Reads the stream from where it was left to its end, until the signal. */
  readonly read: (signal: AbortSignal) => Promise<TrainingResult>;
  /** Ends every reading, with its reason. */
  readonly signal: () => AbortSignal | undefined;
}

/**
 * Reads the event stream of a run once for all who listen: `wait()` and any
 * number of iterators. It keeps every event, so that who comes late misses none
 * and who is slow delays nobody.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #history: TrainerEvent[] = [];
  readonly #iterators = new Set<EventIterator>();
  #reading: Reading | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Hands an event to the iterators, also to those that are yet to come. */
  publish(event: TrainerEvent): void {
    this.#history.push(event);
    for (const iterator of this.#iterators) iterator.wake();
  }

  async wait(): Promise<TrainingResult> {
    const { outcome, leave } = this.#join();
    try {
      return await outcome;
    } finally {
      leave();
    }
  }

  events(signal: AbortSignal | undefined): AsyncIterable<TrainerEvent> {
    return {
      [Symbol.asyncIterator]: () =>
        new EventIterator({
          history: this.#history,
          signal,
          join: (iterator) => {
            this.#iterators.add(iterator);
            const { outcome, leave } = this.#join();
            return {
              outcome,
              leave: () => {
                this.#iterators.delete(iterator);
                leave();
              },
            };
          },
        }),
    };
  }

  #join(): Listener {
    if (this.#reading === undefined || this.#reading.controller.signal.aborted) {
      this.#reading = this.#start(this.#reading);
    }
    const reading = this.#reading;
    reading.listeners++;
    return {
      outcome: reading.outcome,
      leave: () => {
        reading.listeners--;
        if (reading.listeners === 0) reading.controller.abort(new Error("nobody listens any more"));
      },
    };
  }

  /** Two readings never overlap: one that was closed may still await a callback. */
  #start(before: Reading | undefined): Reading {
    const controller = new AbortController();
    const outer = this.#options.signal();
    const abort = (): void => controller.abort(outer?.reason);
    if (outer?.aborted) abort();
    outer?.addEventListener("abort", abort, { once: true });
    const read = async (): Promise<TrainingResult> => {
      await before?.outcome.catch(() => undefined);
      try {
        return await this.#options.read(controller.signal);
      } finally {
        outer?.removeEventListener("abort", abort);
        if (this.#reading === reading) this.#reading = undefined;
      }
    };
    const reading: Reading = { outcome: read(), controller, listeners: 0 };
    // Everybody may have left before it fails.
    reading.outcome.catch(() => undefined);
    return reading;
  }
}

interface IteratorOptions {
  readonly history: readonly TrainerEvent[];
  readonly signal: AbortSignal | undefined;
  readonly join: (iterator: EventIterator) => Listener;
}

/**
 * One pass over the events. Not a generator, whose `return()` would have to wait
 * for the event that a pending `next()` asks for.
 */
class EventIterator implements AsyncIterator<TrainerEvent, undefined> {
  readonly #options: IteratorOptions;
  readonly #abort = (): void => this.#end();
  #at = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #wake = (): void => undefined;
  #leave: (() => void) | undefined;
  /** How the reading ended, once it has. */
  #outcome: { readonly error?: unknown; readonly failed: boolean } | undefined;
  #over = false;

  constructor(options: IteratorOptions) {
    this.#options = options;
  }

  wake(): void {
    this.#wake();
  }

  next(): Promise<IteratorResult<TrainerEvent, undefined>> {
    const result = this.#turn.then(() => this.#take());
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async return(): Promise<IteratorResult<TrainerEvent, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  async #take(): Promise<IteratorResult<TrainerEvent, undefined>> {
    if (this.#leave === undefined) this.#begin();
    for (;;) {
      if (this.#over) return { done: true, value: undefined };
      const event = this.#options.history[this.#at];
      if (event !== undefined) {
        this.#at++;
        return { done: false, value: event };
      }
      if (this.#outcome !== undefined) {
        const { failed, error } = this.#outcome;
        this.#end();
        if (failed) throw error;
        continue;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #begin(): void {
    const { signal, join } = this.#options;
    if (this.#over || signal?.aborted) return this.#end();
    signal?.addEventListener("abort", this.#abort, { once: true });
    const { outcome, leave } = join(this);
    this.#leave = leave;
    const ended = (how: { error?: unknown; failed: boolean }): void => {
      this.#outcome = how;
      this.#wake();
    };
    outcome.then(
      () => ended({ failed: false }),
      (error: unknown) => ended({ failed: true, error }),
    );
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#leave?.();
    this.#wake();
  }
}
