import type { InferArgs } from "./chat.ts";
import type { TrainingJob } from "./job.ts";
import type { SupportedModel } from "./models.ts";

/** A data set of the Hugging Face hub. */
export interface HuggingfaceDatasetSource {
  readonly type: "huggingface";
  readonly name: string;
  readonly split?: string;
  readonly subset?: string;
}

/** A file that the backend fetches, once, when the job starts. */
export interface BlobDatasetSource {
  readonly type: "blob";
  readonly url: string;
  readonly token?: string;
}

/** A file of this machine; `start()` uploads it unless the backend has it already. */
export interface FileDatasetSource {
  readonly type: "file";
  /** Path relative to the project, or a `file:` URL. */
  readonly path: string;
  /** A second file, of the same format, that is measured on and never trained on. */
  readonly evalPath?: string | undefined;
  /** Taken from the file's extension when left out. */
  readonly format?: DatasetFormat | undefined;
  /** @internal */
  readonly parts?: readonly DatasetPart[] | undefined;
}

/** Samples that are in memory; `start()` uploads them as JSON Lines. */
export interface RowsDatasetSource<Sample extends object = object> {
  readonly type: "rows";
  readonly rows: readonly Sample[];
  /** @internal */
  readonly parts?: readonly DatasetPart[] | undefined;
}

/**
 * Which samples of a source belong to a data set that `split` made.
 *
 * @internal
 */
export interface DatasetPart {
  readonly fraction: number;
  readonly seed: number;
  readonly side: "first" | "second";
}

export type DatasetFormat = "jsonl" | "json" | "csv" | "parquet";

export type DatasetSource =
  | HuggingfaceDatasetSource
  | BlobDatasetSource
  | FileDatasetSource
  | RowsDatasetSource;

export interface LoraConfig {
  /** Rank of the adapter. */
  readonly r: number;
  readonly alpha: number;
  /** Longest sample in tokens; longer ones are cut. */
  readonly maxLength?: number | undefined;
  readonly loadIn4bit?: boolean | undefined;
}

/** A training run. Fields left out are decided by the backend. */
export interface TrainerInput {
  /** Name of the run, shown to people. */
  readonly name: string;
  readonly model: SupportedModel;
  readonly dataset: DatasetSource;
  /**
   * Samples that are measured on (`evalLoss`) and never trained on: a file or
   * rows, as `split` makes them, beside a data set of the same kinds. The
   * `evalPath` of a file is short for it.
   */
  readonly evalDataset?: DatasetSource | undefined;
  readonly lora?: LoraConfig | undefined;
  /** Upper bound on gradient steps. */
  readonly maxSteps?: number | undefined;
  /** Passes over the data. */
  readonly numTrainEpochs?: number | undefined;
  readonly learningRate?: number | undefined;
  /** Samples per step and device. */
  readonly batchSize?: number | undefined;
  readonly optim?: string | undefined;
  readonly lrSchedulerType?: string | undefined;
  readonly weightDecay?: number | undefined;
  readonly warmupSteps?: unknown;
  readonly loggingSteps?: unknown;
  readonly saveSteps?: unknown;
  readonly evalSteps?: unknown;
  readonly trainOnResponsesOnly?: unknown;
  readonly datasetFormat?: unknown;
  /** A share of the samples to hold out, as `{ eval: 0.1, seed: 1 }`, or the split of a hub data set. */
  readonly datasetSplit?: unknown;
  /** A small sample and a few steps, through every stage of a real run. */
  readonly dryRun?: boolean | undefined;
  /** Is told how the job ended, by the backend: no process has to wait for it. `secret` (`whsec_...`) signs it. */
  readonly webhook?: { readonly url: string; readonly secret?: string | undefined } | undefined;
  /**
   * Makes the checkpoint with the lowest held-out loss the final adapter, not
   * that of the last step. Needs held-out samples; `evalSteps` says how often
   * they are looked at, once an epoch when left out.
   */
  readonly loadBestModelAtEnd?: boolean | undefined;
  /**
   * Ends the training after so many evaluations in a row without a lower
   * held-out loss; the final adapter is then the best one, unless
   * `loadBestModelAtEnd` is false.
   */
  readonly earlyStoppingPatience?: number | undefined;
  /** By how much the loss has to be lower to count; 0 when left out. */
  readonly earlyStoppingThreshold?: number | undefined;
  readonly callbacks?: Partial<TrainerCallbacks> | undefined;
  /** Ends the waiting on this side. The job keeps running: call `cancel()` to stop it. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Argument of `onLog`. Numbers the backend did not send are null. */
export interface TrainingLogContext {
  readonly step: number;
  readonly loss: number | null;
  readonly evalLoss: number | null;
  readonly learningRate: number | null;
  readonly epoch: number | null;
  readonly samplesPerSecond: number | null;
  readonly job: TrainingJob;
}

/** Argument of `onCheckpoint`. */
export interface CheckpointContext {
  readonly step: number;
  readonly adapter: { readonly kind: "checkpoint"; readonly jobId: string; readonly step: number };
  readonly job: TrainingJob;
  /**
   * Asks the model as it was at this checkpoint. Resolves with the unread
   * answer: an event stream (see `readInferStream`), or with `stream: false`
   * one chat completion as JSON. Rejects with CloudApiError when refused.
   */
  readonly infer: (args: InferArgs) => Promise<Response>;
  readonly artifacts?: unknown[] | undefined;
}

/**
 * What to do as the run goes on. Each callback is awaited before the next event
 * is looked at; what it throws is what `wait()` rejects with.
 */
export interface TrainerCallbacks {
  onStarted: (context: { readonly job: TrainingJob }) => unknown;
  onLog: (context: TrainingLogContext) => unknown;
  onCheckpoint: (context: CheckpointContext) => unknown;
  onCompleted: (context: {
    readonly job: TrainingJob;
    readonly artifacts: unknown[];
  }) => unknown;
  onFailed: (context: { readonly job: TrainingJob; readonly error: string }) => unknown;
  onCancelled: (context: { readonly job: TrainingJob }) => unknown;
}
