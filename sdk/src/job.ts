import { asRecord } from "./json.ts";
import { partOf, ShapeProblem, textOf, timeOf, timeOrNull } from "./shape.ts";
import type { BlobDatasetSource, HuggingfaceDatasetSource, TrainerInput } from "./trainer-input.ts";

export type JobStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

/** Uploaded files, by the ids the backend gave them. */
export interface UploadedDatasetSource {
  readonly type: "file";
  readonly datasetId: string;
  readonly evalDatasetId?: string;
}

/** The `config` of a job, as sent and as returned. Servers may add keys. */
export interface JobConfig {
  readonly model: string;
  readonly datasetSource: HuggingfaceDatasetSource | BlobDatasetSource | UploadedDatasetSource;
  readonly loraR?: number;
  readonly loraAlpha?: number;
  readonly maxLength?: number;
  readonly loadIn4bit?: boolean;
  readonly maxSteps?: number;
  readonly numTrainEpochs?: number;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly optim?: string;
  readonly lrSchedulerType?: string;
  readonly weightDecay?: number;
  readonly warmupSteps?: unknown;
  readonly loggingSteps?: unknown;
  readonly saveSteps?: unknown;
  readonly evalSteps?: unknown;
  readonly trainOnResponsesOnly?: unknown;
  readonly datasetFormat?: unknown;
  readonly datasetSplit?: unknown;
  readonly dryRun?: boolean;
  readonly webhook?: TrainerInput["webhook"];
  readonly loadBestModelAtEnd?: boolean;
  readonly earlyStoppingPatience?: number;
  readonly earlyStoppingThreshold?: number;
}

/** A job as the backend describes it. Timestamps are ISO-8601 strings. */
export interface TrainingJob {
  readonly id: string;
  readonly orgId: string;
  readonly projectId: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly config: JobConfig;
  readonly error?: string | null;
  readonly createdAt: string;
  readonly startedAt?: string | null;
  readonly completedAt?: string | null;
  /** How many trainings had to end first when the job was made; not every backend says. */
  readonly jobsAhead?: number;
}

/** What `wait()` resolves with. */
export interface TrainingResult {
  readonly job: TrainingJob;
  readonly artifacts: unknown[];
}

const statuses: readonly string[] = ["queued", "running", "completed", "failed", "cancelled"];

export function isJobStatus(value: unknown): value is JobStatus {
  return typeof value === "string" && statuses.includes(value);
}

/** The status of a job that will change no more. */
export type FinalStatus = "completed" | "failed" | "cancelled";

export function isFinal(status: JobStatus): status is FinalStatus {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Which job config key each trainer field becomes, but for model, dataset and lora. */
const passedOn = [
  "maxSteps",
  "numTrainEpochs",
  "learningRate",
  "batchSize",
  "optim",
  "lrSchedulerType",
  "weightDecay",
  "warmupSteps",
  "loggingSteps",
  "saveSteps",
  "evalSteps",
  "trainOnResponsesOnly",
  "datasetFormat",
  "datasetSplit",
  "dryRun",
  "webhook",
  "loadBestModelAtEnd",
  "earlyStoppingPatience",
  "earlyStoppingThreshold",
] as const satisfies readonly (keyof TrainerInput & keyof JobConfig)[];

/** A job config whose data set has not been settled yet. */
export type OpenJobConfig = Omit<JobConfig, "datasetSource">;

/** Maps a trainer to its job config. Only undefined fields are left out. */
export function openJobConfig(input: TrainerInput): OpenJobConfig {
  const config: Record<string, unknown> = { model: input.model };
  const set = (key: string, value: unknown): void => {
    if (value !== undefined) config[key] = value;
  };
  set("loraR", input.lora?.r);
  set("loraAlpha", input.lora?.alpha);
  set("maxLength", input.lora?.maxLength);
  set("loadIn4bit", input.lora?.loadIn4bit);
  for (const key of passedOn) set(key, input[key]);
  return config as unknown as OpenJobConfig;
}

/**
 * Checks a job of an answer. Unknown fields are kept; absent start and end times
 * become null. Throws ShapeProblem.
 */
export function parseJob(value: unknown): TrainingJob {
  const job = partOf("job", value);
  const { fields } = job;
  const { status, error } = fields;
  if (!isJobStatus(status)) throw new ShapeProblem("job.status", `is none of ${statuses.join(", ")}`);
  if (error !== undefined && error !== null && typeof error !== "string") {
    throw new ShapeProblem("job.error", "is neither a string nor null");
  }
  const config = asRecord(fields["config"]);
  if (typeof config?.["model"] !== "string") {
    throw new ShapeProblem("job.config.model", "is not a string");
  }
  return {
    ...fields,
    id: textOf(job, "id"),
    orgId: textOf(job, "orgId"),
    projectId: textOf(job, "projectId"),
    name: textOf(job, "name"),
    status,
    config: config as unknown as JobConfig,
    createdAt: timeOf(job, "createdAt"),
    startedAt: timeOrNull(job, "startedAt"),
    completedAt: timeOrNull(job, "completedAt"),
  };
}
