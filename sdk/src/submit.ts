import type { CloudApiClient, ProjectScope } from "./client.ts";
import { checkDatasets } from "./dataset-file.ts";
import { uploadDataset } from "./dataset-upload.ts";
import { ArkorError, CloudApiError, DatasetError } from "./errors.ts";
import type { JobConfig, OpenJobConfig, TrainingJob } from "./job.ts";
import { checkModelOffered, type ModelList } from "./models.ts";
import { reconnectDelay, type Clock, type ReconnectTiming } from "./reconnect.ts";
import type { TrainerInput } from "./trainer-input.ts";

/** How often a create whose answer was lost is sent again. */
const maxRepeats = 2;

export interface Submission {
  readonly input: TrainerInput;
  readonly config: OpenJobConfig;
  readonly cwd: string;
  readonly connect: () => Promise<{ client: CloudApiClient; scope: ProjectScope }>;
  /** Gets what the backend offers, if it says so. */
  readonly onModels: (offer: ModelList) => Promise<void>;
  /** The same for every attempt to create this job. */
  readonly idempotencyKey: string;
  readonly clock: Clock;
  readonly timing: ReconnectTiming;
}

/**
 * Creates the job of a trainer. What can be found wrong on this machine is found
 * before the first request, what the backend can tell before the upload.
 */
export async function submit(submission: Submission): Promise<TrainingJob> {
  const { input, config, cwd } = submission;
  const { dataset, abortSignal: signal } = input;
  signal?.throwIfAborted();
  if (dataset?.type === undefined) {
    throw new DatasetError("dataset_invalid", "The trainer has no dataset.", {
      hint: 'for a file: dataset: { type: "file", path: "data/train.jsonl" }',
    });
  }
  const files = await checkDatasets(input, cwd, signal);
  const { client, scope } = await submission.connect();
  signal?.throwIfAborted();
  const offer = await askForModels(client);
  const list = offer === "unknown" ? undefined : offer;
  if (list !== undefined) await submission.onModels(list);
  if (offer !== "unknown") checkModelOffered(input.model, offer);
  const datasetSource =
    files !== undefined
      ? await uploadDataset(files, client, scope, list, signal)
      : (dataset as JobConfig["datasetSource"]);
  signal?.throwIfAborted();
  return await create(submission, client, scope, { ...config, datasetSource }, list !== undefined);
}

/** "unknown": the question failed, so the backend decides when the job is created. */
async function askForModels(client: CloudApiClient): Promise<ModelList | undefined | "unknown"> {
  return await client.listModels().catch(() => "unknown" as const);
}

/**
 * Only a backend with our additions is known to honour the key; elsewhere a
 * repeated create could start a second, paid job.
 */
async function create(
  submission: Submission,
  client: CloudApiClient,
  scope: ProjectScope,
  config: JobConfig,
  repeatable: boolean,
): Promise<TrainingJob> {
  const { input, idempotencyKey, clock, timing } = submission;
  for (let repeats = 0; ; repeats++) {
    try {
      const request = { ...scope, name: input.name, config };
      return (await client.createJob(request, { idempotencyKey })).job;
    } catch (error) {
      if (!repeatable || repeats === maxRepeats || !mayBeRepeated(error)) throw error;
      await clock.sleep(reconnectDelay(timing, repeats, clock.random()));
    }
  }
}

function mayBeRepeated(error: unknown): boolean {
  if (error instanceof CloudApiError) return error.code === "idempotency_in_progress";
  return !(error instanceof ArkorError);
}
