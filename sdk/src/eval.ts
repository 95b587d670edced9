import type { InferArgs } from "./chat.ts";
import type { Dataset } from "./dataset.ts";
import type { TrainingJob } from "./job.ts";

/** What `score` gets: one sample, and the model as it is at this step. */
export interface EvalContext<Sample extends object = object> {
  readonly sample: Sample;
  readonly step: number;
  readonly job: TrainingJob;
  /** Asks the model, as in `onCheckpoint`. Ends with `signal` unless given one of its own. */
  readonly infer: (args: InferArgs) => Promise<Response>;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** How good an answer was: a finite number, the higher the better if you like. */
export type Score = number | { readonly score: number; readonly note?: string | undefined };

/** A measurement of the model on samples of its own. */
export interface Eval<Sample extends object = object> {
  /** Shown to people and named in results. */
  readonly name: string;
  readonly dataset: Dataset<Sample>;
  /** Asks the model about a sample and says how good it was. What it throws fails the sample. */
  score(context: EvalContext<Sample>): Score | Promise<Score>;
  /** Only the first so many samples. */
  readonly limit?: number | undefined;
  /** False: only the finished model is measured. */
  readonly everyCheckpoint?: boolean | undefined;
  /** A sample that fails makes `wait()` reject with what its `score` threw. */
  readonly failFast?: boolean | undefined;
}

/** What an eval found at a step. The three numbers are null when no sample got a score. */
export interface EvalResult {
  readonly type: "eval";
  readonly name: string;
  readonly step: number;
  /** How many samples were tried, and how many of them failed. */
  readonly count: number;
  readonly failed: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Describes an eval, for the `eval` of `createArkor`. `arkor start` and
 * `runTrainer` run it behind `onCheckpoint`, and on the finished model when that
 * was not measured yet.
 */
export function defineEval<Sample extends object>(input: Eval<Sample>): Eval<Sample> {
  const { name, limit } = input;
  if (typeof name !== "string" || name.trim() === "") {
    throw new TypeError("An eval needs a name, a non-empty string.");
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new TypeError(`The limit of eval ${JSON.stringify(name)} is a number of samples, not ${String(limit)}.`);
  }
  return Object.freeze({ ...input });
}
