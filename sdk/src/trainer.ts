import type { Credentials } from "./credentials.ts";
import type { Eval } from "./eval.ts";
import type { Question } from "./eval-keep.ts";
import type { Environment } from "./find-binary.ts";
import type { TrainingResult } from "./job.ts";
import { checkModelName } from "./models.ts";
import type { Clock } from "./reconnect.ts";
import { Run } from "./run.ts";
import type { TrainerEvent } from "./trainer-events.ts";
import type { TrainerInput } from "./trainer-input.ts";

/** A run: at most one job, however often its methods are called. */
export interface Trainer {
  readonly name: string;
  /** Submits the job once and resolves with its id. Opens no stream, calls no callback. */
  start(): Promise<{ jobId: string }>;
  /**
   * Follows the job to its end, submitting it first if need be. Resolves for
   * completed, failed and cancelled runs alike; rejects with what a callback
   * threw, with the reason of an abort, or when the stream cannot be followed.
   */
  wait(): Promise<TrainingResult>;
  /** Asks the backend to stop the job. Sends nothing when there is none. */
  cancel(): Promise<void>;
  /**
   * The events of the run, from its first, however late one asks: they are kept
   * for the trainer's life. Iterating submits and follows the job as `wait()`
   * does, and throws what that rejects with. Each event comes behind its
   * callback. Leaving the loop, or the signal, ends this iteration alone; the job
   * goes on in any case.
   */
  events(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<TrainerEvent>;
}

/** What tests and tools replace. Not part of the public interface. */
export interface TrainerContext {
  readonly baseUrl?: string;
  readonly credentials?: Credentials;
  readonly cwd?: string;
  readonly env?: Environment;
  readonly reconnectDelayMs?: number;
  readonly maxReconnectDelayMs?: number;
  readonly maxReconnectAttempts?: number;
  readonly clock?: Clock;
}

/** Gets every event of the stream, after the callback that is about it. */
export type Observer = (event: { readonly type: string; readonly [key: string]: unknown }) => unknown;

/** How a runner watches a trainer of any copy of this package. */
export const observe = Symbol.for("arkor.trainer.observe");

/** What a project adds to its trainer. */
export interface Attachment {
  readonly evals: readonly Eval[];
}

/**
 * How a runner says that it runs a project, not a part of some program: the
 * evals of the manifest are run, and `.arkor/models.d.ts` is kept.
 */
export const attach = Symbol.for("arkor.trainer.attach");
/** How a runner asks what a trainer's run would be, without a job. */
export const previewSymbol = Symbol.for("arkor.trainer.preview");

/** How a runner asks what a trainer is, before anything is read or sent. */
export const describeSymbol = Symbol.for("arkor.trainer.describe");

/** What the command line may decide in the place of the file. */
export interface Overrides {
  readonly dryRun?: boolean;
}

/** How a runner measures a model by an eval of the project. */
export const evaluateSymbol = Symbol.for("arkor.trainer.evaluate");

/** How a runner reads what the API says of the project. */
export const getSymbol = Symbol.for("arkor.trainer.get");

/** How a runner keeps a trainer from creating a job that it has not asked for yet. */
export const abandon = Symbol.for("arkor.trainer.abandon");

/** How a runner changes a trainer of any copy of this package before it is started. */
export const override = Symbol.for("arkor.trainer.override");

/**
 * Describes a training run. Nothing is read or sent before `start()`; only a
 * missing model is refused here.
 */
export function createTrainer(input: TrainerInput): Trainer;
/** @internal */
export function createTrainer(input: TrainerInput, context: TrainerContext): Trainer;
export function createTrainer(input: TrainerInput, context: TrainerContext = {}): Trainer {
  checkModelName(input.model);
  const run = new Run(input, context);
  return {
    name: input.name,
    start: () => run.start(),
    wait: () => run.wait(),
    cancel: () => run.cancel(),
    events: ({ signal } = {}) => run.events(signal),
    [describeSymbol]: () => run.describe(),
    [previewSymbol]: () => run.preview(),
    [observe]: (observer: Observer) => run.observe(observer),
    [attach]: (attachment: Attachment) => run.attach(attachment),
    [getSymbol]: (path: readonly string[], query?: Readonly<Record<string, string>>) => run.get(path, query),
    [evaluateSymbol]: (question: Question) => run.evaluate(question),
    [abandon]: () => run.abandon(),
    [override]: (changes: Overrides) => run.override(changes),
  } as Trainer;
}
