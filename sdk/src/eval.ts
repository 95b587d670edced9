import type { InferArgs } from "./chat.ts";
import type { Dataset } from "./dataset.ts";
import type { TrainingJob } from "./job.ts";
import { compileSchema, type JsonSchema } from "./json-schema.ts";

/** What to ask a model, and how. */
export type AskArgs = Partial<Omit<InferArgs, "stream" | "signal">>;

/** What `score` gets: one sample, and the model as it is at this step. */
export interface EvalContext<Sample extends object = object> {
  readonly sample: Sample;
  readonly step: number;
  readonly job: TrainingJob;
  /**
   * Asks the model and resolves with the text of its answer. Without `messages`
   * it is asked the sample's own, up to the last turn of the assistant. The
   * temperature is 0 unless it is given, so that the same model scores the same.
   */
  readonly ask: (args?: AskArgs) => Promise<string>;
  /** Asks the model, as in `onCheckpoint`. Ends with `signal` unless given one of its own. */
  readonly infer: (args: InferArgs) => Promise<Response>;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** How good an answer was: a finite number, the higher the better if you like. */
export type Score = number | { readonly score: number; readonly note?: string | undefined };

interface EvalOptions<Sample extends object> {
  /** Shown to people and named in results. */
  readonly name: string;
  readonly dataset: Dataset<Sample>;
  /** Only the first so many samples. */
  readonly limit?: number | undefined;
  /** False: only the finished model is measured. */
  readonly everyCheckpoint?: boolean | undefined;
  /** A sample that fails makes `wait()` reject with what its `score` threw. */
  readonly failFast?: boolean | undefined;
  /**
   * What the mean of the finished model has to reach, with no sample failed.
   * Else `arkor start` and `arkor eval` exit with status 1.
   */
  readonly threshold?: number | undefined;
  /** What `ask` sends unless it is told otherwise, such as `maxTokens`. */
  readonly ask?: AskArgs | undefined;
}

/** A measurement of the model on samples of its own, by a function or a JSON schema. */
export type Eval<Sample extends object = object> = EvalOptions<Sample> &
  (
    | {
        /** Asks the model about a sample and says how good it was. What it throws fails the sample. */
        score(context: EvalContext<Sample>): Score | Promise<Score>;
        readonly schema?: undefined;
      }
    | {
        /** Answers that are JSON and fit score 1, all others 0. Samples are conversations, as in training. */
        readonly schema: JsonSchema;
        readonly score?: undefined;
      }
  );

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
  /** Of evals that have one, and whether it was reached. */
  readonly threshold?: number;
  readonly passed?: boolean;
}

/**
 * Describes an eval, for the `eval` of `createArkor`. `arkor start` and
 * `runTrainer` run it behind `onCheckpoint`, and on the finished model when that
 * was not measured yet; `arkor eval` compares models by it.
 */
export function defineEval<Sample extends object>(input: Eval<Sample>): Eval<Sample> {
  const { name, limit, threshold, schema, score } = input;
  if (typeof name !== "string" || name.trim() === "") {
    throw new TypeError("An eval needs a name, a non-empty string.");
  }
  const refuse = (problem: string): TypeError => new TypeError(`Eval ${JSON.stringify(name)}: ${problem}.`);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new TypeError(`The limit of eval ${JSON.stringify(name)} is a number of samples, not ${String(limit)}.`);
  }
  if (threshold !== undefined && !Number.isFinite(threshold)) {
    throw refuse(`the threshold is a finite number, not ${String(threshold)}`);
  }
  if ((typeof score === "function") === (schema !== undefined)) throw refuse("give either score, a function, or schema");
  if (schema !== undefined) compileSchema(schema);
  return Object.freeze({ ...input });
}
